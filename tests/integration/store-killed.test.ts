import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRecordingLog } from '../fakes/recording-log.ts'
import type { SealPort } from '../../main/domain/seal-port.ts'
import { createConfigHistory } from '../../main/store/config-history.ts'
import { createDraftStore } from '../../main/store/draft-store.ts'
import { createRunJournal } from '../../main/store/run-journal.ts'

/**
 * Three stores written to without a pause by a program of its own, which is killed where it stands. It says what it
 * was told is safe; all of that, and nothing in part, has to be there for the next one.
 */
const seal: SealPort = { persistent: true, seal: async (plain) => plain, unseal: async (sealed) => sealed }
const node = { context: 'casa', node: '10.0.20.13' }
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const textOf = (name: string): string => `# ${name}\n${'machine: {}\n'.repeat(2_000)}`

const WRITER = `import { createHash } from 'node:crypto'
import { createConfigHistory, createDraftStore, createRunJournal } from './built/stores.mjs'
const [place, from] = process.argv.slice(2)
const seal = { persistent: true, seal: async (plain) => plain, unseal: async (sealed) => sealed }
const log = { debug() {}, info() {}, warn() {}, error() {} }
const node = { context: 'casa', node: '10.0.20.13' }
const history = createConfigHistory(place + '/configs', seal)
const drafts = createDraftStore(place + '/drafts', seal, log)
const journal = createRunJournal(place + '/runs')
const say = (word) => process.stdout.write(word + '\\n')
const at = '2026-11-28T00:00:00.000Z'
async function keep() {
  for (let i = 0; ; i++) {
    const name = 'history-' + from + '-' + i
    const text = '# ' + name + '\\n' + 'machine: {}\\n'.repeat(2000)
    const hash = createHash('sha256').update(text).digest('hex')
    await history.add(node, { hash, at, why: 'applied', who: 'ana' }, text)
    say('history ' + name)
  }
}
async function draft() {
  for (let i = 0; ; i++) {
    await drafts.save(node, { text: 'draft ' + i + ' '.repeat(5000), baseHash: from, savedAt: at })
    say('draft ' + i)
  }
}
async function run() {
  const head = { kind: 'apply', context: 'casa', node: 'n', hostname: 'n', title: { key: 'run.apply', parameters: {} }, who: 'ana', startedAt: at, talosctl: '' }
  for (let i = 0; ; i++) {
    const id = 'run-' + from + '-' + i
    await journal.begin({ ...head, id })
    for (let step = 0; step < 6; step++) {
      await journal.append(id, { at, event: { kind: 'output', text: id + ' ' + step } })
      say('run ' + id + ' ' + step)
    }
    await journal.append(id, { at, event: { kind: 'verdict', rows: [], outcome: 'proven' } })
  }
}
await Promise.all([keep(), draft(), run()])
`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-killed-'))
  await writeFile(
    join(folder, 'stores.ts'),
    ['config-history', 'draft-store', 'run-journal']
      .map(
        (name) =>
          `export * from ${JSON.stringify(join(import.meta.dirname, '../../main/store', `${name}.ts`))}`,
      )
      .join('\n'),
  )
  // The very modules are built and killed, not a copy of what they do.
  const { build } = await import('vite')
  await build({
    logLevel: 'silent',
    configFile: false,
    root: join(import.meta.dirname, '..', '..'),
    ssr: { noExternal: true },
    resolve: { alias: { '#contract': join(import.meta.dirname, '../../preload/contract') } },
    build: {
      ssr: join(folder, 'stores.ts'),
      outDir: join(folder, 'built'),
      emptyOutDir: true,
      rolldownOptions: { output: { entryFileNames: 'stores.mjs' } },
    },
  })
  await writeFile(join(folder, 'writer.mjs'), WRITER)
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Starts the writer and kills it as soon as it has said `words` words; gives all it said. */
async function killAfter(words: number, place: string, from: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(folder, 'writer.mjs'), place, from], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (said.length === words) child.kill('SIGKILL')
  }
  await gone
  return said
}

test('killed at many points, nothing that was safe is lost, nothing is there in part, and each store opens', async () => {
  const place = join(folder, 'data')
  const kept = new Set<string>()
  const told = new Map<string, number>()
  for (let words = 1; words <= 10; words++) {
    const said = await killAfter(words * 4 - 3, place, String(words))
    const history = createConfigHistory(join(place, 'configs'), seal)
    const drafts = createDraftStore(join(place, 'drafts'), seal, createRecordingLog())
    const journal = createRunJournal(join(place, 'runs'))

    for (const line of said) {
      const [store, name = '', step = ''] = line.split(' ')
      if (store === 'history') kept.add(name)
      if (store === 'run') told.set(name, Math.max(told.get(name) ?? 0, Number(step)))
    }
    const entries = await history.list(node)
    const hashes = new Set(entries.map(({ hash }) => hash))
    for (const name of kept) expect(hashes, name).toContain(hashOf(textOf(name)))
    for (const { hash } of entries) expect(hashOf((await history.text(node, hash)) ?? '')).toBe(hash)

    const draft = await drafts.load(node)
    const newest = said.filter((line) => line.startsWith('draft ')).at(-1)
    if (newest !== undefined && draft?.baseHash === String(words)) {
      expect(Number(draft.text.split(' ')[1])).toBeGreaterThanOrEqual(Number(newest.split(' ')[1]))
    }
    if (newest !== undefined) expect(draft?.baseHash).toBe(String(words))

    const runs = new Map((await journal.load()).map((run) => [String(run.head.id), run.events]))
    for (const [id, step] of told) {
      const texts = (runs.get(id) ?? []).flatMap(({ event }) => (event.kind === 'output' ? [event.text] : []))
      expect(texts.slice(0, step + 1)).toEqual(
        Array.from({ length: step + 1 }, (_none, index) => `${id} ${index}`),
      )
    }
    await journal.close()
  }
  expect(kept.size).toBeGreaterThan(10)
  expect(told.size).toBeGreaterThan(5)
}, 120_000)
