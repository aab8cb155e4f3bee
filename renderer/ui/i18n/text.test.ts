import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { createFormat } from './format.ts'
import { createText } from './text.tsx'

describe('a text', () => {
  test('counts one and several in both languages', () => {
    const [en, es] = [createText('en'), createText('es')]
    expect(en.t('import.days', { count: 1 })).toBe('1 day')
    expect(en.t('import.days', { count: 12 })).toBe('12 days')
    expect(es.t('import.days', { count: 1 })).toBe('1 día')
    expect(es.t('import.days', { count: 0 })).toBe('0 días')
  })

  test('writes what a node said into a sentence without reading markup in it', () => {
    const { rich } = createText('en')
    const markup = renderToStaticMarkup(rich('import.after.new', { name: '<img src=x>' }))
    expect(markup).toBe('<b>&lt;img src=x&gt;</b>, new')
  })

  test('of main tells its instants in local time, and leaves those of a node as the node wrote them', () => {
    const { said, format } = createText('es')
    const at = '2026-11-22T09:41:00.000Z'
    expect(said(`This plan was computed at ${at}.`)).toBe(
      `Este plan se calculó a las ${format.when(at, Date.now())}.`,
    )
    expect(said(at)).toBe(at)
    const node =
      'x509: certificate has expired: current time 2026-11-22T09:41:00Z is after 2026-11-21T09:41:00Z'
    expect(said(node)).toBe(node)
  })

  test('that comes as a key from main keeps a name it has no value for', () => {
    expect(createText('en').fill('run.upgrade', { from: '1.13.9' })).toBe('Upgrade Talos 1.13.9 → {to}')
  })
})

describe('a figure', () => {
  const en = createFormat('en')
  const es = createFormat('es')

  test.each([
    [0, '0 s'],
    [59, '59 s'],
    [61, '1 m 1 s'],
    [45_660, '12 h 41 m'],
    [2_001_600, '23 d 4 h'],
  ])('of %d seconds up is %s', (seconds, words) => {
    expect(en.duration(seconds)).toBe(words)
  })

  test('of a boot is a stopwatch with tenths, a comma in Spanish', () => {
    expect(en.stopwatch(64.2, true)).toBe('1:04.2')
    expect(es.stopwatch(64.2, true)).toBe('1:04,2')
    expect(en.stopwatch(59.96, true)).toBe('1:00.0')
    expect(en.stopwatch(3_725)).toBe('1:02:05')
  })

  test('of bytes is in powers of 1024', () => {
    expect(en.bytes(2970)).toBe('2.9 KiB')
    expect(en.bytes(512)).toBe('512 B')
    expect(es.bytes(43_201_332)).toBe('41,2 MiB')
  })

  test('of a moment is the time today, the weekday this week, the date before', () => {
    const now = Date.parse('2026-11-22T12:00:00')
    expect(en.when('2026-11-22T09:41:09', now)).toBe('09:41:09')
    expect(en.when('2026-11-20T09:41:09', now)).toBe('Fri 09:41:09')
    expect(en.when('2026-10-01T09:41:09', now)).toBe('1 Oct 2026, 09:41')
  })
})
