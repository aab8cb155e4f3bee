import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ContextName, RunId } from '#contract/names.ts'
import type { RunEvent, RunHead, StampedRunEvent } from '../domain/runs/run-port.ts'
import { createRunJournal } from './run-journal.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'ichor-journal-')), 'runs')
})
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true })
})

function head(id: string, minute = 0): RunHead {
  return {
    id: RunId.parse(id),
    kind: 'upgrade',
    context: ContextName.parse('casa'),
    node: '10.0.20.13',
    hostname: 'bronce-3',
    title: { key: 'runs.title.upgrade', parameters: { to: 'v1.14.0' } },
    who: 'añá',
    startedAt: new Date(Date.UTC(2026, 10, 23, 20, minute)).toISOString(),
    talosctl: 'talosctl -n 10.0.20.13 upgrade',
  }
}

function stamped(event: RunEvent): StampedRunEvent {
  return { at: '2026-11-23T20:51:12.000Z', event }
}

const events: StampedRunEvent[] = [
  stamped({ kind: 'planned', steps: [{ id: 'pull', name: 'pull' }] }),
  stamped({ kind: 'step-started', id: 'pull' }),
  stamped({ kind: 'output', text: 'línea\nwith {"braces"} and a newline' }),
  stamped({ kind: 'step-ended', id: 'pull', state: 'done' }),
]

async function onlyFile(): Promise<string> {
  const [name = ''] = await readdir(folder)
  return join(folder, name)
}

async function written(): Promise<string> {
  const journal = createRunJournal(folder)
  await journal.begin(head('r1'))
  for (const event of events) await journal.append('r1', event)
  await journal.close()
  return onlyFile()
}

describe('the journal of runs', () => {
  test('gives back what was written, in order', async () => {
    await written()
    expect(await createRunJournal(folder).load()).toEqual([{ head: head('r1'), events }])
  })

  test('an empty or missing folder holds no runs', async () => {
    expect(await createRunJournal(folder).load()).toEqual([])
  })

  test('cut at any byte it loses at most the event that was being written', async () => {
    const path = await written()
    const whole = await readFile(path)
    const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1)
    const sizes = Array.from({ length: whole.length + 1 }, (_, size) => size)
    // Every cut is a file of its own, so one load reads them all, shortest first.
    await rm(path)
    await Promise.all(
      sizes.map((size) =>
        writeFile(join(folder, `${String(size).padStart(6, '0')}.jsonl`), whole.subarray(0, size)),
      ),
    )
    const expected = sizes.flatMap((size) => {
      const complete = ends.filter((end) => end <= size).length
      return complete === 0 ? [] : [{ head: head('r1'), events: events.slice(0, complete - 1) }]
    })
    expect(expected.length).toBeGreaterThan(events.length)
    expect(await createRunJournal(folder).load()).toEqual(expected)
  })

  test('what is appended after a cut stands on a line of its own', async () => {
    const path = await written()
    const { length } = await readFile(path)
    await truncate(path, length - 5)
    const journal = createRunJournal(folder)
    await journal.load()
    const end = stamped({ kind: 'verdict', rows: [], outcome: 'interrupted' })
    await journal.append('r1', end)
    expect(await createRunJournal(folder).load()).toEqual([
      { head: head('r1'), events: [...events.slice(0, 3), end] },
    ])
  })

  test('an event is on disk when append resolves', async () => {
    const journal = createRunJournal(folder)
    await journal.begin(head('r1'))
    for (const event of events) {
      await journal.append('r1', event)
      const lines = (await readFile(await onlyFile(), 'utf8')).trimEnd().split('\n')
      expect(JSON.parse(lines.at(-1)!)).toEqual(event)
    }
    await journal.close()
  })

  test('appends made at once keep their order', async () => {
    const journal = createRunJournal(folder)
    await journal.begin(head('r1'))
    const many = Array.from({ length: 30 }, (_, n) => stamped({ kind: 'output', text: `${n}` }))
    await Promise.all(many.map((event) => journal.append('r1', event)))
    await journal.close()
    expect((await createRunJournal(folder).load())[0]?.events).toEqual(many)
  })

  test('only the newest are kept, oldest first on load', async () => {
    const journal = createRunJournal(folder, 3)
    for (let n = 0; n < 5; n++) {
      await journal.begin(head(`r${n}`, n))
      await journal.append(`r${n}`, stamped({ kind: 'verdict', rows: [], outcome: 'proven' }))
    }
    const loaded = await createRunJournal(folder).load()
    expect(loaded.map((run) => run.head.id)).toEqual(['r2', 'r3', 'r4'])
  })

  test('a file that is no journal is passed over', async () => {
    await written()
    await writeFile(join(folder, '0-strange.jsonl'), '{"id":"x"}\n[]\n')
    await writeFile(join(folder, 'notes.txt'), 'mine')
    expect(await createRunJournal(folder).load()).toHaveLength(1)
  })

  test('a line spoilt in the middle hides nothing that was written after it', async () => {
    await written()
    const path = await onlyFile()
    const lines = (await readFile(path, 'utf8')).split('\n')
    const spoilt = lines.map((line, at) => (at === 2 ? '\u0000'.repeat(line.length) : line))
    await writeFile(path, spoilt.join('\n'))
    const [run] = await createRunJournal(folder).load()
    expect(run?.events).toEqual(events.filter((_event, at) => at !== 1))
  })

  test('a file that cannot be read keeps none of the others away', async () => {
    await written()
    await mkdir(join(folder, '1-folder.jsonl'))
    expect(await createRunJournal(folder).load()).toHaveLength(1)
  })

  test('a folder that cannot be made is told as disk-write-failed', async () => {
    await written()
    const journal = createRunJournal(join(await onlyFile(), 'below'))
    await expect(journal.begin(head('r2'))).rejects.toMatchObject({ code: 'disk-write-failed' })
  })

  test('an id cannot leave the folder', async () => {
    const journal = createRunJournal(folder)
    await journal.begin(head('../../etc/passwd'))
    await journal.close()
    expect(await readdir(folder)).toHaveLength(1)
  })
})
