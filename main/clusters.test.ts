import { expect, test } from 'vitest'
import { ContextName, NodeAddress } from '#contract/names.ts'
import { settle } from '../tests/fakes/manual-clock.ts'
import { gate } from '../tests/fakes/run-bodies.ts'
import { createThrowawayAuthority, fakeContext, protosDir } from '../tests/fakes/talos-node.ts'
import { createClusters } from './clusters.ts'
import type { ContextBook } from './domain/contexts/context-book.ts'
import { systemClock } from './talos/system-clock.ts'

const casa = ContextName.parse('casa')
const nobody = NodeAddress.parse('127.0.0.1')
const { signal } = new AbortController()

/** A book with one context, whose key can be renewed. */
async function bookOfOne() {
  const authority = await createThrowawayAuthority()
  let context = await fakeContext(authority, ['127.0.0.1:1'])
  let changed = (): void => undefined
  const book = {
    contexts: () => [{ name: casa }],
    contextOf: () => ({ ...context, demo: false }),
    onChange(listener: () => void) {
      changed = listener
      return () => undefined
    },
  } as unknown as ContextBook
  return {
    book,
    async renew() {
      context = await fakeContext(authority, ['127.0.0.1:1'])
      changed()
    },
  }
}

test('a run keeps its connections when the key of its context is renewed, others get new ones', async () => {
  const { book, renew } = await bookOfOne()
  const run = gate()
  using clusters = createClusters({
    book,
    protosDir,
    clock: systemClock,
    idle: () => run.passed,
    demoFactory: () => undefined,
  })
  const closed: string[] = []
  clusters.onClosed((name) => closed.push(name))
  const { talos } = await clusters.cluster(casa)
  await renew()
  expect(closed).toEqual([casa])
  expect((await clusters.cluster(casa)).talos).not.toBe(talos)
  // Nothing listens there; what counts is that it was tried.
  await expect(talos.version(nobody, signal)).rejects.toMatchObject({ code: 'unreachable' })
  run.open()
  await settle()
  await expect(talos.version(nobody, signal)).rejects.toMatchObject({ code: 'cancelled' })
})

test('the end of the app waits for no run', async () => {
  const { book, renew } = await bookOfOne()
  const clusters = createClusters({
    book,
    protosDir,
    clock: systemClock,
    idle: () => new Promise(() => undefined),
    demoFactory: () => undefined,
  })
  const { talos } = await clusters.cluster(casa)
  await renew()
  clusters[Symbol.dispose]()
  await expect(talos.version(nobody, signal)).rejects.toMatchObject({ code: 'cancelled' })
})
