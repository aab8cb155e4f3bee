import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WireApplyMode } from '../../main/domain/nodes/talos-port.ts'
import { isFailure } from '../../main/domain/talos-failure.ts'
import {
  byLine,
  LINES,
  type Line,
  minorOf,
  type MixedCluster,
  startMixedCluster,
} from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'

/** What a node of each line says to a config, to plain grpc-js and to our own client; behaviour.md §4. */
let mixed: MixedCluster
beforeAll(async () => {
  // The handler is busy for 60 ms of the machine's time.
  mixed = await startMixedCluster({ kubernetes: false, speed: 10 })
})
afterAll(async () => mixed[Symbol.asyncDispose]())

const APPLY = '/machine.MachineService/ApplyConfiguration'
const WIRE_MODE = {
  auto: 'AUTO',
  'no-reboot': 'NO_REBOOT',
  reboot: 'REBOOT',
  staged: 'STAGED',
  try: 'TRY',
} as const

const active = (line: Line): string => mixed.machine(line).readFile('/system/state/config.yaml').toString()

/** How one of the two clients was answered. */
interface Answer {
  readonly plain: string
  readonly own: string
}

/** The same asked with both: mode and details, or code and words. */
async function both(line: Line, text: string, mode: WireApplyMode, dryRun = true): Promise<Answer> {
  const request = { data: Buffer.from(text), mode: WIRE_MODE[mode], dryRun }
  const plain = await mixed
    .wire(line)
    .unary(APPLY, request)
    .then(
      ({ messages }) => `${messages[0]?.mode ?? ''} ${messages[0]?.modeDetails ?? ''}`,
      (error: unknown) => {
        const { code, details } = error as { readonly code: number; readonly details: string }
        return `${code} ${details}`
      },
    )
  const own = await mixed
    .port()
    .applyConfiguration(mixed.addressOf(line), { text, mode, dryRun }, never)
    .then(
      (answer) => `${WIRE_MODE[answer.mode]} ${answer.details}`,
      (error: unknown) => {
        if (!(error instanceof Error) || !('code' in error)) throw error
        return `${String(error.code)} ${error.message}`
      },
    )
  return { plain, own }
}

/** Both were refused with these words; our client under that code. */
function refused({ plain, own }: Answer, details: string | RegExp, code: string, status = 3): void {
  const words = plain.replace(/^\d+ /, '')
  expect(plain).toMatch(new RegExp(`^${status} `))
  if (typeof details === 'string') expect(words).toBe(details)
  else expect(words).toMatch(details)
  expect(own.startsWith(`${code} `)).toBe(true)
  expect(own).toContain(words)
}

const document = (kind: string, body = '', name = ''): string =>
  `---\napiVersion: v1alpha1\nkind: ${kind}\n${name === '' ? '' : `name: ${name}\n`}${body}`

/** A document of each release, the first one that has it. */
const DOCUMENTS: Readonly<Record<string, readonly [since: number, text: string]>> = {
  WatchdogTimerConfig: [9, document('WatchdogTimerConfig', 'device: /dev/watchdog0\ntimeout: 2m0s\n')],
  UserVolumeConfig: [
    10,
    document(
      'UserVolumeConfig',
      'provisioning:\n  diskSelector:\n    match: disk.size > 1u * GB\n  minSize: 1GB\n',
      'x',
    ),
  ],
  ZswapConfig: [11, document('ZswapConfig', 'maxPoolPercent: 25\n')],
  OOMConfig: [12, document('OOMConfig', 'sampleInterval: 100ms\n')],
  EnvironmentConfig: [13, document('EnvironmentConfig', 'variables:\n  A: b\n')],
  SysctlConfig: [14, document('SysctlConfig', 'params:\n  net.core.somaxconn: "4096"\n')],
}

describe.each(LINES)('%s', (line) => {
  const minor = minorOf(line)
  const since = (release: number): boolean => minor >= release

  test('what is no YAML, no known key and no known value is refused with its place', async () => {
    refused(await both(line, 'machine: [\n', 'auto'), /^yaml: line \d+: /, 'config-refused')
    const typo = active(line).replace('machine:\n', 'machine:\n    typo:\n        deep: 1\n')
    refused(
      await both(line, typo, 'auto'),
      /^error decoding document \/v1alpha1\/ \(line \d+\): unknown keys found during decoding:\nmachine:\n +typo:\n +deep: 1\n/,
      'config-refused',
    )
    const failure: unknown = await mixed
      .port()
      .applyConfiguration(mixed.addressOf(line), { text: typo, mode: 'auto', dryRun: true }, never)
      .catch((error: unknown) => error)
    expect(isFailure(failure, 'config-refused') && failure.at?.line).toBeGreaterThan(0)
  })

  test('documents are known from their release on', async () => {
    for (const [kind, [release, text]] of Object.entries(DOCUMENTS)) {
      const answer = await both(line, `${active(line)}${text}`, 'auto')
      if (since(release)) {
        expect([kind, answer.plain]).toEqual([kind, expect.stringMatching(/^NO_REBOOT Dry run summary:\n/)])
        expect([kind, answer.own]).toEqual([kind, answer.plain])
      } else
        refused(
          answer,
          new RegExp(
            `^error decoding document ${kind}/v1alpha1/\\w* \\(line \\d+\\): "${kind}" "v1alpha1": not registered$`,
          ),
          'config-refused',
        )
    }
  })

  test('a document twice, without a kind or without the first one is refused', async () => {
    const twice = document('KmsgLogConfig', 'url: tcp://10.0.0.1:99\n', 'a')
    refused(
      await both(line, `${active(line)}${twice}${twice}`, 'auto'),
      /^duplicate document .* is not allowed \(line \d+\)$/,
      'config-refused',
    )
    refused(
      await both(line, `${active(line)}---\napiVersion: v1alpha1\n`, 'auto'),
      'missing kind',
      'config-refused',
    )
    refused(await both(line, `${active(line)}---\nkind: X\n`, 'auto'), 'missing apiVersion', 'config-refused')
    const alone = await both(line, twice.replace('---\n', ''), 'auto')
    if (since(10))
      refused(
        alone,
        "the applied machine configuration doesn't contain v1alpha1 config, did you mean to patch the machine config instead?",
        'config-missing-v1alpha1',
      )
    else expect(alone.plain).toMatch(/^(NO_)?REBOOT /)
  })

  test('several mistakes come one below the other, and an image has to fit from 1.11 on', async () => {
    const wrong = active(line)
      .replace(/type: (controlplane|worker)/, 'type: boss')
      .replace(/endpoint: https:\/\/\S+/, 'endpoint: http://x')
    refused(
      await both(line, wrong, 'auto'),
      '1 error occurred:\n\t* v1alpha1.Config: 2 errors occurred:\n\t* unknown machine type "boss"\n\t* invalid controlplane endpoint: http://x\n\n\n\n',
      'config-refused',
    )
    const old = await both(line, active(line).replace(/(kubelet:v1\.)\d+\.\d+/, '$17.0'), 'auto')
    if (since(11)) refused(old, /\t\* kubelet image is not valid: /, 'config-refused')
    else expect(old.plain).toMatch(/^NO_REBOOT /)
  })

  test('a disk selector has to be of its language, and to match where Talos is to be installed', async () => {
    const selected = (text: string) =>
      active(line).replace(/( +)disk: \/dev\/.*\n/, `$1diskSelector:\n$1    ${text}\n`)
    refused(
      await both(line, selected('type: tape'), 'auto'),
      /\t\* install disk selector is invalid: unsupported disk type "tape"\n/,
      'config-refused',
    )
    refused(
      await both(line, selected('size: "> 900TB"'), 'auto'),
      /\t\* no disks matched the expression: disk\.size > 900000000000000u && disk\.transport != "" && !disk\.readonly && !disk\.cdrom\n/,
      'config-refused',
    )
    expect((await both(line, selected('type: nvme'), 'auto')).plain).toMatch(/^NO_REBOOT /)
    const ephemeral = (match: string) =>
      `${active(line)}${document('VolumeConfig', `provisioning:\n  diskSelector:\n    match: ${match}\n`, 'EPHEMERAL')}`
    refused(
      await both(line, ephemeral('disk.size > 10'), 'auto'),
      /disk selector is invalid: ERROR: <input>:1:11: found no matching overload for '_>_' applied to '\(uint, int\)'/,
      'config-refused',
    )
  })

  test('1.14 refuses an old field beside the document that took its place', async () => {
    const answer = await both(
      line,
      `${active(line)}${document('KubeletConfig', 'image: ghcr.io/siderolabs/kubelet:v1.36.0\n')}`,
      'auto',
    )
    if (since(14))
      refused(
        answer,
        /\t\* KubeletConfig\/: kubelet config is already set in v1alpha1 config \(\.machine\.kubelet\)/,
        'config-refused',
      )
    else refused(answer, /"KubeletConfig" "v1alpha1": not registered$/, 'config-refused')
  })

  test('what needs a reboot up to 1.13 needs none from then on', async () => {
    const text = active(line)
    for (const [path, change, isImmediate] of [
      [
        'machine.sysctls',
        text.replace('    sysctls:\n', '    sysctls:\n        net.core.somaxconn: "4096"\n'),
        true,
      ],
      ['machine.seccompProfiles', text.replace('machine:\n', 'machine:\n    seccompProfiles: []\n'), true],
      ['machine.env', text.replace('machine:\n', 'machine:\n    env:\n        A: "1"\n'), false],
      ['machine.udev', text.replace('machine:\n', 'machine:\n    udev:\n        rules: []\n'), false],
    ] as const) {
      expect([path, change !== text]).toEqual([path, true])
      const auto = await both(line, change, 'auto')
      const expected = isImmediate || since(14) ? 'NO_REBOOT' : 'REBOOT'
      expect([path, auto.plain.split(' ')[0], auto.own]).toEqual([path, expected, auto.plain])
      expect(auto.plain).toMatch(/\(skipped in dry-run\)\.\nConfig diff:\n\n--- a\n\+\+\+ b\n@@ /)
      const now = await both(line, change, 'no-reboot')
      if (expected === 'NO_REBOOT') expect([path, now.plain]).toEqual([path, auto.plain])
      else refused(now, /^this config change can't be applied in immediate mode\ndiff: /, 'config-refused')
    }
    expect((await both(line, text, 'auto')).own).toMatch(/Config diff:\n\nNo changes\.$/)
  })

  test('a mode that is left out means a reboot, which 1.14 does not do any more', async () => {
    const request = { data: Buffer.from(active(line)), dryRun: true }
    const answer = mixed.wire(line).unary(APPLY, request)
    const own = both(line, active(line), 'reboot')
    if (since(14)) {
      const details = 'the REBOOT mode is not supported, please use AUTO or NO_REBOOT modes instead'
      await expect(answer).rejects.toMatchObject({ code: 12, details })
      refused(await own, details, 'config-refused', 12)
    } else {
      expect((await answer).messages[0]?.mode).toBe('REBOOT')
      expect((await own).own).toMatch(
        /^REBOOT Dry run summary:\nApplied configuration with a reboot \(skipped/,
      )
    }
  })

  test('two at once: the second is refused from 1.12 on', async () => {
    const apply = () =>
      mixed
        .port()
        .applyConfiguration(mixed.addressOf(line), { text: active(line), mode: 'auto', dryRun: false }, never)
        .then(
          () => 'applied',
          (error: unknown) => (isFailure(error, 'conflict') ? error.code : String(error)),
        )
    expect((await Promise.all([apply(), apply()])).sort()).toEqual(
      since(12) ? ['applied', 'conflict'] : ['applied', 'applied'],
    )
  })
})

test('a try of our client runs apart from the disk and goes back by itself; a staged one waits on disk', async () => {
  const somaxconn = (text: string): string =>
    text.replace('    sysctls:\n', '    sysctls:\n        net.core.somaxconn: "4096"\n')
  const told = await byLine(async (line, minor) => {
    const node = mixed.addressOf(line)
    const own = mixed.port()
    const has = async (id: 'active' | 'persistent') =>
      (await own.readMachineConfig(node, id, never))?.text.includes('somaxconn')
    const text = active(line)
    const tried = await own.applyConfiguration(
      node,
      { text: somaxconn(text), mode: 'try', dryRun: false, trySeconds: 1 },
      never,
    )
    const during = [await has('active'), await has('persistent')]
    await expect.poll(() => has('active'), { timeout: 10_000 }).toBe(false)
    const staged = await own.applyConfiguration(
      node,
      { text: somaxconn(text), mode: 'staged', dryRun: false },
      never,
    )
    const waiting = [await has('active'), await has('persistent')]
    const back = await own.applyConfiguration(node, { text, mode: 'auto', dryRun: false }, never)
    return {
      tried: [tried.mode, tried.details.split('\n')[1]],
      during,
      staged: [staged.mode, staged.details],
      waiting,
      back: back.details,
      minor,
    }
  })
  expect(told).toEqual(
    await byLine((_line, minor) => ({
      tried: ['try', "The config is applied in 'try' mode and will be automatically reverted back in 1s"],
      during: [true, minor >= 10 ? false : undefined],
      staged: ['staged', 'Staged configuration to be applied after the next reboot'],
      waiting: [false, minor >= 10 ? true : undefined],
      back: 'Applied configuration without a reboot',
      minor,
    })),
  )
})
