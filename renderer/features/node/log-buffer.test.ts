import { describe, expect, test } from 'vitest'
import type { LogBatch } from '#contract/nodes.ts'
import { highlight, levelOf, LogBuffer, searchPattern, viewLog, type HeldLine } from './log-buffer.ts'

const batch = (...texts: readonly string[]): LogBatch => ({
  lines: texts.map((text) => ({ text })),
  dropped: 0,
})
const texts = (lines: readonly HeldLine[]): string[] =>
  lines.map((held) => (held.kind === 'line' ? held.line.text : `(${held.why})`))

describe('the held lines', () => {
  test('are the newest when there are too many', () => {
    const buffer = new LogBuffer(3)
    buffer.append([batch('a', 'b'), batch('c', 'd')])
    expect(texts(buffer.lines)).toEqual(['b', 'c', 'd'])
  })

  test('say where lines were left out', () => {
    const buffer = new LogBuffer()
    buffer.append([batch('a'), { lines: [{ text: 'z' }], dropped: 41 }])
    expect(texts(buffer.lines)).toEqual(['a', '(dropped)', 'z'])
  })
})

describe('a log opened again', () => {
  test('joins at the last line that is held, so none is shown twice', () => {
    const buffer = new LogBuffer()
    buffer.append([batch('a', 'b')])
    buffer.reopen([batch('a', 'b', 'c')])
    expect(texts(buffer.lines)).toEqual(['a', 'b', 'c'])
  })

  test('marks a gap when that line is gone from the node', () => {
    const buffer = new LogBuffer()
    buffer.append([batch('a')])
    buffer.reopen([batch('x')])
    expect(texts(buffer.lines)).toEqual(['a', '(gap)', 'x'])
  })

  test('marks a new kernel as such and keeps what came before it', () => {
    const buffer = new LogBuffer()
    buffer.append([batch('going down')])
    buffer.reopen([batch('Linux version 6.18.44-talos', 'up')])
    expect(texts(buffer.lines)).toEqual(['going down', '(new-boot)', 'Linux version 6.18.44-talos', 'up'])
  })

  test('changes nothing when nothing came', () => {
    const buffer = new LogBuffer()
    buffer.append([batch('a')])
    const before = buffer.lines
    buffer.reopen([batch('a')])
    expect(buffer.lines).toBe(before)
  })
})

describe('levels', () => {
  test('a kernel priority counts', () => {
    expect(levelOf({ priority: 'err', text: 'EXT4-fs error' })).toBe('error')
    expect(levelOf({ priority: 'notice', text: 'Linux version' })).toBe('info')
  })

  test('Talos writes everything as a warning, so its words count', () => {
    expect(levelOf({ priority: 'warning', text: '[talos] boot sequence: 9 phase(s)' })).toBe('info')
    expect(levelOf({ priority: 'warning', text: '[talos] controller failed {"error": "x"}' })).toBe('warning')
  })

  test('a service line without a priority is told by its words', () => {
    expect(levelOf({ text: 'E0301 failed to sync' })).toBe('error')
    expect(levelOf({ text: 'all is well' })).toBe('info')
  })
})

describe('the view', () => {
  const buffer = new LogBuffer()
  buffer.append([batch('etcd started', 'failed to reach etcd', 'kubelet started')])

  test('counts every level, shows the chosen ones, and finds matches among what is shown', () => {
    const view = viewLog(buffer.lines, new Set(['error']), /etcd/i)
    expect(view.counts).toEqual({ error: 1, warning: 0, info: 2, debug: 0 })
    expect(texts(view.shown)).toEqual(['etcd started', 'kubelet started'])
    expect(view.matches).toEqual([0])
  })

  test('a search is plain words unless it is said to be a pattern', () => {
    expect(searchPattern('a.c', false)).toEqual(/a\.c/i)
    expect(searchPattern('a.c', true)).toEqual(/a.c/i)
    expect(searchPattern('(', true)).toBe('bad')
    expect(searchPattern('', true)).toBeUndefined()
  })

  test('a text is cut where the search is found', () => {
    expect(highlight('etcd and ETCD', /etcd/i)).toEqual([
      { text: 'etcd', found: true },
      { text: ' and ', found: false },
      { text: 'ETCD', found: true },
    ])
    expect(highlight('abc', /x*/i)).toEqual([{ text: 'abc', found: false }])
  })
})
