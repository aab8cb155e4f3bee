import { describe, expect, test } from 'vitest'
import { configFacts } from '../../../../tests/fixtures/config-facts.ts'
import { generateMachineConfig } from '../../../../tests/fixtures/machine-configs.ts'
import { diffConfigs } from '../change-table.ts'
import { knowConfig, readDraft } from '../review.ts'
import { carryOver } from './carry-over.ts'
import { distinctSecrets, tagsIn, withTagged } from './earlier-secrets.ts'
import { merged, mergeRows } from './three-way.ts'

const { text: BASE } = generateMachineConfig({ secret: (n) => `hidden-value-number-${n}x` })
const know = (text: string) => knowConfig(text, configFacts)
type Edit = (text: string) => string
const same: Edit = (text) => text

function scene(theirEdit: Edit, yourEdit: Edit) {
  const base = know(BASE)
  const typed = yourEdit(base.config.text)
  const merge = { base, theirs: know(theirEdit(BASE)), yours: readDraft(typed, base, configFacts), typed }
  return { merge, typed, rows: mergeRows(merge) }
}
const forward: Edit = (t) => t.replace('net.ipv4.ip_forward: "1"', 'net.ipv4.ip_forward: "0"')
const mtu =
  (value: number): Edit =>
  (t) =>
    t.replace('mtu: 1500', `mtu: ${value}`)
const san =
  (name: string): Edit =>
  (t) =>
    t.replace('    - 10.0.20.13\n', `    - 10.0.20.13\n    - ${name}\n`)

describe('a configuration that moved under a draft', () => {
  test('has a row for each spot, with who changed it', () => {
    const { rows } = scene(
      (t) => mtu(9000)(forward(t)),
      (t) => mtu(1400)(t.replace('hostname: bronce-3', 'hostname: bronce-9')),
    )
    expect(rows.map(({ path, state, choices, proposed }) => [path, state, choices.join(), proposed])).toEqual(
      [
        ['machine.network.hostname', 'yours', 'yours,theirs', 'yours'],
        ['machine.network.interfaces[enp3s0].mtu', 'conflict', 'yours,theirs', undefined],
        ['machine.sysctls["net.ipv4.ip_forward"]', 'theirs', 'yours,theirs', 'theirs'],
      ],
    )
    expect(rows[1]).toMatchObject({
      base: { kind: 'value', text: '1500' },
      theirs: { kind: 'value', text: '9000' },
      yours: { kind: 'value', text: '1400' },
    })
  })

  test('becomes a draft with both changes, everything typed left as it was', () => {
    const { merge, typed } = scene(forward, (t) => `${mtu(1400)(t)}# my own remark\n`)
    const { text, missed } = merged(merge, new Map())
    expect(missed).toEqual([])
    expect(text).toBe(forward(typed))
  })

  test('each conflict goes as the person says', () => {
    const { merge, typed, rows } = scene(mtu(9000), mtu(1400))
    const id = rows[0]?.id ?? ''
    expect(merged(merge, new Map([[id, 'yours']])).text).toBe(typed)
    expect(merged(merge, new Map([[id, 'theirs']])).text).toBe(mtu(9000)(merge.base.config.text))
  })

  test('what they added can be left out, and what they removed can be kept', () => {
    const { merge, typed, rows } = scene(
      (t) => san('b.lan')(t.replace('      - name: uio_pci_generic\n', '')),
      same,
    )
    expect(rows.map(({ state }) => state)).toEqual(['theirs', 'theirs'])
    expect(merged(merge, new Map(rows.map(({ id }) => [id, 'yours']))).text).toBe(typed)
  })

  test('two elements added to one list can both be had', () => {
    const { merge, rows } = scene(san('theirs.lan'), san('yours.lan'))
    expect(rows).toMatchObject([{ state: 'conflict', choices: ['yours', 'theirs', 'both'] }])
    const { text } = merged(merge, new Map([[rows[0]?.id ?? '', 'both']]))
    expect(text).toContain('    - 10.0.20.13\n    - yours.lan\n    - theirs.lan\n')
  })

  test('the same change on both sides is no choice', () => {
    const { rows } = scene(mtu(9000), mtu(9000))
    expect(rows).toMatchObject([{ state: 'same', choices: [] }])
  })

  test('a secret is never shown, and one that they changed can only become theirs', () => {
    const { merge, typed, rows } = scene(
      (t) => t.replaceAll('hidden-value-number-1x', 'hidden-value-number-theirs'),
      same,
    )
    expect(rows).toMatchObject([{ theirs: { kind: 'secret' }, state: 'theirs', choices: ['theirs'] }])
    expect(JSON.stringify(rows)).not.toContain('hidden-value')
    const { text } = merged(merge, new Map())
    expect(text).toBe(typed)
    expect(readDraft(text, merge.theirs, configFacts).real).toContain('hidden-value-number-theirs')
  })
})

describe('a change carried over to another node', () => {
  const other = BASE.replace('hostname: bronce-3', 'hostname: bronce-1').replaceAll(
    '10.0.20.13',
    '10.0.20.11',
  )

  test('leaves what is the other node’s own', () => {
    const { text, left } = carryOver(know(BASE), know(mtu(9000)(forward(BASE))), know(other))
    expect(left).toEqual([])
    expect(text).toBe(mtu(9000)(forward(other)))
  })

  test('is not made where the other node has something else, and that is told', () => {
    const { text, left } = carryOver(know(BASE), know(forward(mtu(9000)(BASE))), know(mtu(1400)(other)))
    expect(text).toBe(forward(mtu(1400)(other)))
    expect(left).toEqual([
      { document: 'v1alpha1', path: 'machine.network.interfaces[enp3s0].mtu', why: 'differs' },
    ])
  })

  test('adds to a list that holds other elements there', () => {
    const { text, left } = carryOver(know(BASE), know(san('casa.lan')(BASE)), know(other))
    expect(left).toEqual([])
    expect(text).toContain('    - 10.0.20.11\n    - casa.lan\n')
  })

  test('brings a new secret along', () => {
    const renewed = BASE.replaceAll('hidden-value-number-1x', 'hidden-value-renewed')
    const { text } = carryOver(know(BASE), know(renewed), know(other))
    expect(text).toContain('token: hidden-value-renewed')
  })

  test('made twice changes nothing the second time', () => {
    const draft = know(san('casa.lan')(forward(BASE)))
    const once = carryOver(know(BASE), draft, know(other)).text
    expect(carryOver(know(BASE), draft, know(once)).text).toBe(once)
  })
})

test('a configuration of the history keeps its own secrets, each under a name of its own', () => {
  const then = know(BASE.replaceAll('hidden-value-number-1x', 'hidden-value-of-then'))
  const now = know(BASE)
  const hash = '0123456789abcdef'
  const { text, otherSecrets } = distinctSecrets(then, now.vault, hash)
  expect(otherSecrets).toBe(1)
  expect([...tagsIn(text)]).toEqual(['01234567'])
  const base = { ...now, vault: withTagged(now.vault, then.vault, hash) }
  const { real } = readDraft(text, base, configFacts)
  expect(diffConfigs(know(real), then)).toEqual([])
  expect(real).toBe(then.real)
})
