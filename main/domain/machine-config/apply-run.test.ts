import { describe, expect, test } from 'vitest'
import { createConfigScene, sha256 } from '../../../tests/fakes/config-scene.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'

const { text, secrets } = generateMachineConfig()
const sysctl = (shown: string): string => shown.replace('ip_forward: "1"', 'ip_forward: "0"')
const mtu = (shown: string): string => shown.replace('name: enp4s0\nmtu: 1500', 'name: enp4s0\nmtu: 9000')
const short = (config: string): string => `sha256:${sha256(config).slice(0, 12)}`

describe('applying at once', () => {
  test('active and disk are read back and compared with what was sent', async () => {
    const { review, apply, finish, sent } = createConfigScene({ text })
    const run = await finish(await apply(await review(sysctl), 'no-reboot'))
    expect(run).toMatchObject({
      outcome: 'proven',
      title: { key: 'run.apply', parameters: { count: '1', mode: 'no-reboot' } },
    })
    expect(
      run.verdict.map(({ fact, before, expected, found, outcome }) => [
        fact,
        before,
        expected,
        found,
        outcome,
      ]),
    ).toEqual([
      ['config-active', short(text), short(sysctl(text)), short(sysctl(text)), 'proven'],
      ['config-persistent', short(text), short(sysctl(text)), short(sysctl(text)), 'proven'],
      ['stage', undefined, 'running, ready', 'running, ready', 'proven'],
    ])
    expect(run.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'preflight done',
      'history done',
      'apply done',
      'verify done',
    ])
    expect(run.output.map((line) => line.text)).toContain('.machine.files is deprecated')
    expect(sent).toEqual([{ mode: 'no-reboot', dryRun: false, text: sysctl(text) }])
  })

  test('a node that writes the text in its own hand has it all the same', async () => {
    const { review, apply, finish, troubles } = createConfigScene({ text })
    const reviewed = await review(sysctl)
    troubles.add('writes-in-its-own-hand')
    const run = await finish(await apply(reviewed, 'no-reboot'))
    expect(run.outcome).toBe('proven')
    expect(run.verdict[0]?.found).not.toBe(run.verdict[0]?.expected)
  })

  test('staged: the active configuration stays, the disk has the new one', async () => {
    const { review, apply, finish, node } = createConfigScene({ text })
    const run = await finish(await apply(await review(sysctl), 'staged'))
    expect(run.outcome).toBe('proven')
    expect([node.config.text, node.persistent]).toEqual([text, sysctl(text)])
  })

  test('with a reboot: another boot id, ready again, then the same proof', async () => {
    const { review, apply, finish } = createConfigScene({ text, version: 'v1.12.11' })
    const run = await finish(await apply(await review(sysctl), 'reboot'))
    expect(run.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'preflight done',
      'history done',
      'apply done',
      'reboot done',
      'answers done',
      'ready done',
      'verify done',
    ])
    expect(run.outcome).toBe('proven')
  })

  test('a node that moved since the review is left alone', async () => {
    const { review, apply, finish, node, sent } = createConfigScene({ text })
    const reviewed = await review(sysctl)
    node.config = { text: mtu(text), version: '9' }
    const run = await finish(await apply(reviewed, 'no-reboot'))
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'config-moved' } })
    expect(sent).toEqual([])
  })

  test('a refusal ends it with the node’s words and nothing changed', async () => {
    const { review, apply, finish, node, refuseWith } = createConfigScene({ text })
    const reviewed = await review(sysctl)
    refuseWith(`1 error occurred:\n\t* v1alpha1.Config: bad token ${secrets[1] ?? ''}`)
    const run = await finish(await apply(reviewed, 'no-reboot'))
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'config-refused' } })
    expect(run.error?.message).toContain('bad token «secret»')
    expect(node.config.text).toBe(text)
  })

  test('a secret that the draft replaces is in no refusal that quotes it, nor in the run', async () => {
    const { review, apply, finish, refuseWith, journal, handlers, ref, signal } = createConfigScene({ text })
    const old = /^ {2}token: (\S+) # The token/m.exec(text)?.[1] ?? ''
    expect(old).not.toBe('')
    const reviewed = await review((shown) =>
      shown.replace('«secret:machine.token»', 'abcdef.0123456789abcdef'),
    )
    refuseWith(`this config change can't be applied in immediate mode\ndiff:\n-  ${old}\n`)
    const dryRun = handlers['machine-configs.dry-run'](
      { ...ref, reviewId: reviewed.reviewId, mode: 'auto' },
      signal,
    )
    await expect(dryRun).rejects.toMatchObject({
      message: expect.not.stringContaining(old) as unknown,
    })
    const run = await finish(await apply(reviewed, 'staged'))
    expect(run.error?.message).toContain('«secret»')
    expect(JSON.stringify([...journal.kept.values()])).not.toContain(old)
  })

  test('a configuration that someone staged since the review is not written over', async () => {
    const { review, apply, finish, node, sent } = createConfigScene({ text })
    const reviewed = await review(sysctl)
    node.persistent = mtu(text)
    const run = await finish(await apply(reviewed, 'no-reboot'))
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'config-moved' } })
    expect(sent).toEqual([])
  })

  test.each([
    ['reboot', 'refused', 0],
    ['auto', 'proven', 1],
  ] as const)('%s while two of three control planes stand: %s', async (mode, outcome, calls) => {
    const scene = createConfigScene({ text, version: 'v1.12.11', others: 2 })
    const reviewed = await scene.review(sysctl)
    scene.others[0]?.troubles.add('off')
    const run = await scene.finish(await scene.apply(reviewed, mode))
    expect(run.outcome).toBe(outcome)
    expect(scene.sent).toHaveLength(calls)
  })

  test('no secret is in the run, whatever happened', async () => {
    const { review, apply, finish, journal } = createConfigScene({ text })
    await finish(await apply(await review(sysctl), 'no-reboot'))
    const journalled = JSON.stringify([...journal.kept.values()])
    for (const secret of secrets.flatMap((value) => value.trim().split('\n'))) {
      if (!secret.startsWith('-----')) expect(journalled).not.toContain(secret)
    }
  })
})

describe('an answer that is lost', () => {
  test('the node took it: it is read, proven, and never sent again', async () => {
    const { review, apply, finish, troubles, sent } = createConfigScene({ text })
    const reviewed = await review(sysctl)
    troubles.add('answer-lost-after')
    const run = await finish(await apply(reviewed, 'no-reboot'))
    expect(run.outcome).toBe('proven')
    expect(run.steps.find(({ name }) => name === 'apply')?.state).toBe('unknown')
    expect(sent).toHaveLength(1)
  })

  test('the node never got it: it is told so, and not sent again', async () => {
    const { review, apply, finish, troubles, sent, node } = createConfigScene({ text })
    const reviewed = await review(sysctl)
    troubles.add('answer-lost-before')
    const run = await finish(await apply(reviewed, 'no-reboot'))
    expect(run.outcome).toBe('failed')
    expect(run.verdict[0]).toMatchObject({ fact: 'config-active', found: short(text), outcome: 'differs' })
    expect([sent.length, node.config.text]).toEqual([1, text])
  })
})

describe('a confirmed try', () => {
  test('kept: the same bytes once more without try, then on disk', async () => {
    const { review, apply, finish, handlers, signal, pass, engine, sent, node } = createConfigScene({ text })
    const runId = await apply(await review(mtu), 'try')
    await pass(21_000)
    const trial = engine.get(runId).trial
    expect(trial?.probes.length).toBeGreaterThanOrEqual(4)
    expect(trial?.probes.every((probe) => probe.ok)).toBe(true)
    expect(node.persistent).toBe(text)
    await handlers['machine-configs.keep']({ runId }, signal)
    const run = await finish(runId)
    expect(run).toMatchObject({ outcome: 'proven', trial: { decided: 'kept' } })
    expect(sent.map(({ mode }) => mode)).toEqual(['try', 'no-reboot'])
    expect(sent[0]?.text).toBe(sent[1]?.text)
    expect(node.persistent).toBe(mtu(text))
  })

  test('kept on 1.14: without a reboot, as on every version', async () => {
    const { review, apply, finish, handlers, signal, pass, sent } = createConfigScene({
      text,
      version: 'v1.14.0',
    })
    const runId = await apply(await review(mtu), 'try')
    await pass(1_000)
    await handlers['machine-configs.keep']({ runId }, signal)
    expect((await finish(runId)).outcome).toBe('proven')
    expect(sent.map(({ mode }) => mode)).toEqual(['try', 'no-reboot'])
  })

  test('nobody decides: nothing is sent and the node goes back by itself', async () => {
    const { review, apply, finish, sent, node } = createConfigScene({ text })
    const run = await finish(await apply(await review(mtu), 'try'))
    expect(run).toMatchObject({ outcome: 'reverted', trial: { decided: 'reverted' } })
    expect(sent).toHaveLength(1)
    expect([node.config.text, node.persistent]).toEqual([text, text])
  })

  test('reverted by the person: the old configuration is in force at once', async () => {
    const { review, apply, finish, handlers, signal, pass, node } = createConfigScene({ text })
    const runId = await apply(await review(mtu), 'try')
    await pass(10_000)
    await handlers['machine-configs.revert']({ runId }, signal)
    await pass(5_000)
    expect(node.config.text).toBe(text)
    expect((await finish(runId)).outcome).toBe('reverted')
  })

  test('a node that cut itself off: probes fail, and it is found back after its timer', async () => {
    const { review, apply, finish, troubles, pass, node, engine } = createConfigScene({ text })
    const reviewed = await review(mtu)
    troubles.add('cuts-itself-off')
    const runId = await apply(reviewed, 'try')
    await pass(60_000)
    expect(engine.get(runId).trial?.probes.every((probe) => !probe.ok)).toBe(true)
    await pass(59_000)
    node.troubles.delete('off')
    expect((await finish(runId)).outcome).toBe('reverted')
  })

  test('while it runs nothing else may be sent, not even a dry run', async () => {
    const { review, apply, handlers, ref, signal, pass, sent, finish } = createConfigScene({ text })
    const runId = await apply(await review(mtu), 'try')
    await pass(1_000)
    expect(await handlers['machine-configs.read'](ref, signal)).toHaveProperty('tryPendingUntil')
    const second = await review(sysctl)
    expect(second.modes.every((mode) => !mode.offered && mode.reason === 'try-pending')).toBe(true)
    await expect(
      handlers['machine-configs.dry-run']({ ...ref, reviewId: second.reviewId, mode: 'auto' }, signal),
    ).rejects.toMatchObject({ code: 'config-try-pending' })
    await expect(apply(second, 'no-reboot')).rejects.toMatchObject({ code: 'config-try-pending' })
    expect(sent).toHaveLength(1)
    await finish(runId)
    expect(await handlers['machine-configs.read'](ref, signal)).not.toHaveProperty('tryPendingUntil')
  })

  test('a lost answer still gets its probes and its way back', async () => {
    const { review, apply, finish, troubles, sent } = createConfigScene({ text })
    const reviewed = await review(mtu)
    troubles.add('answer-lost-after')
    const run = await finish(await apply(reviewed, 'try'))
    expect(run.outcome).toBe('reverted')
    expect(sent).toHaveLength(1)
  })

  test('keep while the node is away is asked again, as nothing was sent', async () => {
    const { review, apply, finish, handlers, signal, pass, node, sent } = createConfigScene({ text })
    const runId = await apply(await review(mtu), 'try')
    await pass(5_000)
    node.troubles.add('off')
    await handlers['machine-configs.keep']({ runId }, signal)
    await pass(10_000)
    node.troubles.delete('off')
    expect((await finish(runId)).outcome).toBe('proven')
    expect(sent.map(({ mode }) => mode)).toEqual(['try', 'no-reboot'])
  })

  test('keep that never reaches the node is no keep: it went back', async () => {
    const { review, apply, finish, handlers, signal, pass, node } = createConfigScene({ text })
    const runId = await apply(await review(mtu), 'try')
    await pass(5_000)
    node.troubles.add('off')
    await handlers['machine-configs.keep']({ runId }, signal)
    await pass(130_000)
    node.troubles.delete('off')
    const run = await finish(runId)
    expect(run).toMatchObject({ outcome: 'reverted' })
    expect(run.steps.find(({ name }) => name === 'keep')?.state).toBe('failed')
  })
})
