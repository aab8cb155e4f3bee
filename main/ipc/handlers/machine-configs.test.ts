import { describe, expect, test } from 'vitest'
import { createConfigScene, sha256 } from '../../../tests/fakes/config-scene.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'

const { text, secrets } = generateMachineConfig()
const token = secrets[1]!

function sysctl(shown: string): string {
  return shown.replace('net.ipv4.ip_forward: "1"', 'net.ipv4.ip_forward: "0"')
}
function mtu(shown: string): string {
  return shown.replace('name: enp4s0\nmtu: 1500', 'name: enp4s0\nmtu: 9000')
}
function pieces(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.trim().split('\n')).filter((line) => !line.startsWith('-----'))
}

describe('reading a configuration', () => {
  test('it comes with placeholders, the hash of the real text and the schema of its line', async () => {
    const { handlers, ref, signal } = createConfigScene({ text })
    const read = await handlers['machine-configs.read'](ref, signal)
    expect(read).toMatchObject({ talosVersion: 'v1.13.9', schemaVersion: 'v1.13' })
    expect(read.active.hash).toBe(sha256(text))
    expect(read.active.text).toContain('token: «secret:machine.token» # The token is shared by all nodes.')
    expect(read.active.secrets).toBeGreaterThan(10)
    expect(read.persistent).toBeUndefined()
    for (const secret of pieces(secrets)) expect(JSON.stringify(read)).not.toContain(secret)
  })

  test('what waits on the disk is shown beside what runs', async () => {
    const { handlers, ref, signal, node } = createConfigScene({ text })
    node.persistent = sysctl(text)
    const read = await handlers['machine-configs.read'](ref, signal)
    expect(read.persistent?.hash).toBe(sha256(sysctl(text)))
  })

  test('a node newer than any schema gets the newest, with a note', async () => {
    const { handlers, ref, signal } = createConfigScene({ text, version: 'v1.16.0' })
    const read = await handlers['machine-configs.read'](ref, signal)
    expect(read).toMatchObject({ schemaVersion: 'v1.15-dev', schemaNote: 'v1.16.0: v1.15-dev' })
  })

  test('one secret is revealed by its placeholder, and nothing by any other name', async () => {
    const { handlers, ref, signal } = createConfigScene({ text })
    const reveal = (placeholder: string) =>
      handlers['machine-configs.reveal']({ ...ref, placeholder }, signal)
    expect(await reveal('«secret:machine.token»')).toEqual({ value: token })
    await expect(reveal('«secret:machine.nope»')).rejects.toMatchObject({
      code: 'config-placeholder-unresolved',
    })
    await expect(reveal('machine.token')).rejects.toMatchObject({ code: 'config-placeholder-unresolved' })
  })

  test('a draft comes back as it was typed and goes when discarded', async () => {
    const { handlers, ref, signal } = createConfigScene({ text })
    await handlers['machine-configs.save-draft']({ ...ref, text: 'half: [', baseHash: 'x' }, signal)
    expect((await handlers['machine-configs.read'](ref, signal)).draft).toMatchObject({
      text: 'half: [',
      baseHash: 'x',
    })
    await handlers['machine-configs.discard-draft'](ref, signal)
    expect((await handlers['machine-configs.read'](ref, signal)).draft).toBeUndefined()
  })
})

describe('reviewing a draft', () => {
  test('a change of the network proposes a try, others are sent at once', async () => {
    const { review } = createConfigScene({ text })
    expect(await review(sysctl)).toMatchObject({ preselected: 'no-reboot', toAccept: [] })
    const touching = await review(mtu)
    expect(touching).toMatchObject({ preselected: 'try', table: { counts: { all: 1, live: 1, risk: 1 } } })
    expect(touching.talosctl.try).toBe(
      'talosctl --context casa -n 10.0.20.13 apply-config -f bronce-3.yaml --mode=try --timeout=2m',
    )
  })

  test('neither text, table nor problems hold a secret, also one that was just pasted', async () => {
    const { review } = createConfigScene({ text })
    const answer = JSON.stringify(
      await review((shown) =>
        shown.replace('«secret:machine.token»', 'pasted0123456789').replace('debug: false', 'debug: true'),
      ),
    )
    for (const secret of [...pieces(secrets), 'pasted0123456789']) expect(answer).not.toContain(secret)
    expect(answer).toContain('secret-changed')
  })

  test.each([
    [
      'config-placeholder-unresolved',
      'version: v1alpha1\nmachine:\n  token: «secret:no.such»\n',
      { line: 3, column: 10 },
    ],
    ['config-syntax', 'version: v1alpha1\nmachine:\n\ttype: a\n', { line: 3, column: 1 }],
    ['config-syntax', '', { line: 1, column: 1 }],
    ['config-missing-v1alpha1', 'apiVersion: v1alpha1\nkind: OOMConfig\n', { line: 1, column: 1 }],
  ])('%s stops it at its line', async (code, typed, at) => {
    const { review } = createConfigScene({ text })
    await expect(review(() => typed)).rejects.toMatchObject({ code, at })
  })

  test('problems are told at their lines while typing', async () => {
    const { handlers, ref, signal } = createConfigScene({ text })
    const typed =
      'version: v1alpha1\nmachine:\n\ttype: a\n---\napiVersion: v1alpha1\nkind: LinkConfg\nname: x\n'
    const { problems } = await handlers['machine-configs.problems']({ ...ref, text: typed }, signal)
    expect(problems.map(({ code, from, fix }) => [code, from.line, fix?.text])).toEqual([
      ['tab-indent', 3, '  '],
      ['unknown-kind', 6, 'LinkConfig'],
    ])
  })

  test('the dry run is the node’s, without secrets, beside our count', async () => {
    const { review, handlers, ref, signal, sent } = createConfigScene({ text })
    const { reviewId } = await review(mtu)
    const dryRun = await handlers['machine-configs.dry-run']({ ...ref, reviewId, mode: 'no-reboot' }, signal)
    expect(dryRun).toMatchObject({ mode: 'no-reboot', linesAdded: 1, linesRemoved: 1, agrees: true })
    expect(dryRun.summary).toBe('Applied configuration without a reboot (skipped in dry-run).')
    expect(dryRun.diff).toContain('+  mtu: 9000')
    expect(JSON.stringify(dryRun)).not.toContain(token)
    expect(sent).toEqual([{ mode: 'no-reboot', dryRun: true, text: mtu(text) }])
  })

  test('a refusal points at the line of the document it speaks of', async () => {
    const { review, handlers, ref, signal, refuseWith } = createConfigScene({ text })
    const { reviewId, afterText } = await review(mtu)
    refuseWith(
      'error decoding document LinkConfig/v1alpha1/enp4s0 (line 9): unknown keys found during decoding:\nmtu: 9000\n',
    )
    const line = afterText.split('\n').indexOf('mtu: 9000') + 1
    await expect(
      handlers['machine-configs.dry-run']({ ...ref, reviewId, mode: 'auto' }, signal),
    ).rejects.toMatchObject({ code: 'config-refused', at: { line, column: 1 } })
  })
})

describe('what may be sent', () => {
  test('nothing that changes nothing', async () => {
    const { review, apply } = createConfigScene({ text })
    await expect(apply(await review((shown) => shown), 'no-reboot')).rejects.toMatchObject({
      code: 'config-unchanged',
    })
  })

  test('nothing with an open tick', async () => {
    const { review, handlers, ref, signal } = createConfigScene({ text })
    const { reviewId, toAccept } = await review((shown) =>
      shown.replace(/---\napiVersion: v1alpha1\nkind: LinkConfig[\s\S]*$/, ''),
    )
    expect(toAccept.map(({ risk, subject }) => [risk, subject])).toContainEqual([
      'removes-document',
      'LinkConfig enp4s0',
    ])
    const call = { ...ref, reviewId, mode: 'no-reboot' as const, accepted: [] }
    await expect(handlers['machine-configs.apply'](call, signal)).rejects.toMatchObject({
      code: 'plan-blocked',
    })
  })

  test('nothing in a mode that the node would refuse', async () => {
    const { review, apply } = createConfigScene({ text, version: 'v1.14.0' })
    await expect(apply(await review(sysctl), 'reboot')).rejects.toMatchObject({ code: 'plan-blocked' })
  })

  test('nothing from a review that is gone', async () => {
    const { handlers, ref, signal } = createConfigScene({ text })
    const call = { ...ref, reviewId: 'nope', mode: 'auto' as const, accepted: [] }
    await expect(handlers['machine-configs.apply'](call, signal)).rejects.toMatchObject({
      code: 'plan-stale',
    })
  })
})

describe('history', () => {
  test('a configuration is kept once, each reading and apply as an entry, texts redacted', async () => {
    const { review, apply, finish, handlers, ref, signal } = createConfigScene({ text })
    await handlers['machine-configs.read'](ref, signal)
    await handlers['machine-configs.read'](ref, signal)
    await finish(await apply(await review(sysctl), 'no-reboot'))
    const { entries } = await handlers['machine-configs.history'](ref, signal)
    expect(entries.map(({ why, hash, who }) => [why, hash, who])).toEqual([
      ['applied', sha256(sysctl(text)), 'ana'],
      ['before-apply', sha256(text), 'ana'],
      ['read', sha256(text), 'ana'],
    ])
    const old = await handlers['machine-configs.history-text']({ ...ref, hash: sha256(text) }, signal)
    expect(old.text).toContain('«secret:machine.token»')
    await expect(
      handlers['machine-configs.history-text']({ ...ref, hash: '../../etc/passwd' }, signal),
    ).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('the schema for the editor', () => {
  test('every line has one, and a line that is not known is not found', async () => {
    const { handlers, signal } = createConfigScene({ text })
    const get = (version: string) => handlers['machine-configs.schema']({ version }, signal)
    expect((await get('v1.14')).schema['allOf']).toBeInstanceOf(Array)
    await expect(get('v1.3')).rejects.toMatchObject({ code: 'not-found' })
  })
})
