import { afterEach, beforeAll } from 'vitest'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import {
  createThrowawayAuthority,
  fakeContext,
  protosDir,
  startFakeNode,
  type FakeNode,
  type FakeNodeHandlers,
} from './talos-node.ts'
import type { ThrowawayAuthority } from '../../main/talos/throwaway-pki.ts'

export interface OneNode {
  readonly node: FakeNode
  readonly port: ReturnType<typeof createTalosPort>
}

/** For a test file: a node that says what each test wants, and a port to it. Both end with the test. */
export function withOneNode(): (handlers: FakeNodeHandlers) => Promise<OneNode> {
  let authority: ThrowawayAuthority
  const ends: (() => void)[] = []
  beforeAll(async () => {
    authority = await createThrowawayAuthority()
  })
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })
  return async (handlers) => {
    const node = await startFakeNode(authority, handlers)
    const port = createTalosPort({ context: await fakeContext(authority, [node.endpoint]), protosDir })
    ends.push(() => {
      port.close()
      node.kill()
    })
    return { node, port }
  }
}

/** A signal that is never aborted. */
export const never = new AbortController().signal
