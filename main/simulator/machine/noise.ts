import { hostnameOf, powerOf, talosOf, type MachineCore } from './core.ts'
import { goJson } from './kernel-log.ts'
import { pick } from './random.ts'
import { mainLink } from './resources/network.ts'
import { pauseImageOf } from './versions.ts'

/** Mean simulated seconds between two recurring lines of one machine. */
const PAUSE = 9

/** What a healthy node keeps writing, at a low rate, for as long as it has power. */
export function startNoise(core: MachineCore): void {
  mirror(core)
  void keepWriting(core)
}

/** Controllers' and services' lines stand in dmesg and in their own logs. */
function mirror(core: MachineCore): void {
  const stop = core.kernel.subscribe((frame) => {
    const found = /^(\w+): +(\w+): \[([^\]]+)\]: (.*)\n$/s.exec(frame)
    if (!found) return
    const [, facility = '', , at = '', text = ''] = found
    if (core.logs.has('kernel')) core.logs.write('kernel', `${facility}: [${at}]: ${text}`)
    if (text.includes('"controller-runtime"'))
      core.logs.write('controller-runtime', `${at} ${text.replace('[talos] ', '')}`)
    else if (text.startsWith('[talos] ')) core.logs.write('machined', `${at} ${text.replace('[talos] ', '')}`)
  })
  powerOf(core).addEventListener('abort', stop, { once: true })
}

async function keepWriting(core: MachineCore): Promise<void> {
  const power = powerOf(core)
  try {
    for (;;) {
      await core.clock.sleep(PAUSE * 1000 * (0.3 + 1.4 * core.random.next()), power)
      if (!core.life.firstBoot) writeNoise(core)
    }
  } catch {
    // The power went.
  }
}

/** One line somewhere. */
export function writeNoise(core: MachineCore): void {
  const draw = core.random.next()
  if (draw < 0.12) kernelNoise(core)
  else serviceNoise(core)
}

function kernelNoise(core: MachineCore): void {
  const { kernel, random } = core
  const link = mainLink(core).name
  pick(random, [
    () =>
      kernel.controller('network.OperatorSpecController', 'DHCP ACK: lease renewed', {
        operator: 'dhcp4',
        link,
      }),
    () =>
      kernel.controller(
        'time.SyncController',
        `adjusting time (slew) by ${(random.next() * 4 - 2).toFixed(6)}ms via 162.159.200.123, state TIME_OK, status STA_NANO`,
      ),
    () =>
      kernel.write(
        'kern',
        'info',
        `cni0: port ${2 + random.integer(9)}(veth${random.bytes(4).toString('hex')}) entered forwarding state`,
      ),
    () =>
      kernel.controller('cluster.DiscoveryServiceController', 'hello failed', {
        error: 'rpc error: code = Unavailable desc = connection error',
        endpoint: 'discovery.talos.dev:443',
      }),
  ])()
}

function serviceNoise(core: MachineCore): void {
  const running = core.services.known().filter((id) => core.services.stateOf(id) === 'Running' && LINES[id])
  const [first, ...rest] = running
  if (first === undefined) return
  const id = pick(core.random, [first, ...rest])
  core.logs.write(id, LINES[id]?.(core) ?? '')
}

const LINES: Readonly<Record<string, (core: MachineCore) => string>> = {
  kubelet: (core) => {
    const pod = pick(core.random, [
      'kube-flannel-x7kqp',
      'coredns-6d4b75cb6d-9ktqz',
      'kube-proxy-lm2xv',
      'longhorn-manager-5v8bd',
    ])
    const stamp = klogStamp(core)
    return pick(core.random, [
      `I${stamp} pod_startup_latency_tracker.go:104] "Observed pod startup duration" pod="kube-system/${pod}" podStartSLOduration=${(core.random.next() * 4).toFixed(9)}`,
      `I${stamp} reconciler_common.go:251] "operationExecutor.VerifyControllerAttachedVolume started for volume" pod="kube-system/${pod}"`,
      `W${stamp} machine.go:65] Cannot read vendor id correctly, set empty.`,
      `I${stamp} kubelet_getters.go:218] "Pod status updated" pod="kube-system/${pod}" status="Running"`,
    ])
  },
  etcd: (core) => {
    const revision = 410_000 + (Math.floor(core.clock.now() / 1000) % 1_000_000)
    const caller = pick(core.random, [
      'mvcc/index.go:214',
      'mvcc/kvstore_compaction.go:69',
      'traceutil/trace.go:171',
    ])
    const msg = pick(core.random, [
      'compact tree index',
      'finished scheduled compaction',
      'trace[2021] range',
    ])
    return etcdLine(core, caller, msg, { revision })
  },
  containerd: (core) =>
    goJson({
      level: 'info',
      msg: 'container event discarded',
      container: core.random.bytes(32).toString('hex'),
      time: new Date(core.clock.now()).toISOString(),
    }),
  cri: (core) =>
    goJson({
      level: 'info',
      msg: pick(core.random, [
        `PullImage "${pauseImageOf(talosOf(core))}" returns image reference`,
        'StopPodSandbox returns successfully',
        'CreateContainer within sandbox',
      ]),
      time: new Date(core.clock.now()).toISOString(),
    }),
  apid: (core) =>
    `${new Date(core.clock.now()).toISOString()} ${pick(core.random, ['OK', 'OK', 'Unavailable'])} [/cosi.resource.State/${pick(core.random, ['Watch', 'List', 'Get'])}] ${(core.random.next() * 90).toFixed(3)}ms stream peer=${core.spec.address}:${30000 + core.random.integer(20000)}`,
  machined: (core) =>
    `${new Date(core.clock.now()).toISOString()} [talos] ${pick(core.random, ['OK [/machine.MachineService/Version]', 'OK [/machine.MachineService/ServiceList]', 'OK [/machine.MachineService/Memory]'])} ${(core.random.next() * 9).toFixed(3)}ms`,
  trustd: (core) =>
    `${new Date(core.clock.now()).toISOString()} OK [/securityapi.SecurityService/Certificate] 2.1ms unary`,
  udevd: () => 'Reading rules file: /usr/lib/udev/rules.d/40-vm-hotadd.rules',
  'ext-iscsid': (core) =>
    `iscsid: Connection${core.random.integer(4)}:0 to [target: iqn.2019-10.io.longhorn:pvc, portal: ${core.spec.address},3260] is operational now`,
  'ext-qemu-guest-agent': () => 'info: guest-ping called',
  'ext-tailscale': (core) => `magicsock: derp-4 connected; ${hostnameOf(core)}`,
  'ext-nut-client': () => 'Poll UPS [ups@nas] ok',
}

/** What a service writes first when it starts. */
export function writeStartLines(core: MachineCore, id: string): void {
  for (const line of STARTS[id]?.(core) ?? [`${new Date(core.clock.now()).toISOString()} starting ${id}`])
    if (core.logs.has(id)) core.logs.write(id, line)
}

const STARTS: Readonly<Record<string, (core: MachineCore) => readonly string[]>> = {
  kubelet: (core) => {
    const image = core.life.active?.facts.kubeletImage ?? ''
    const stamp = klogStamp(core)
    return [
      `I${stamp} server.go:529] "Kubelet version" kubeletVersion="${image.slice(image.lastIndexOf(':') + 1)}"`,
      `I${stamp} server.go:962] "Client rotation is on, will bootstrap in background"`,
      `I${stamp} kubelet_node_status.go:75] "Attempting to register node" node="${hostnameOf(core)}"`,
      `I${stamp} kubelet_node_status.go:78] "Successfully registered node" node="${hostnameOf(core)}"`,
    ]
  },
  etcd: (core) => [
    etcdLine(core, 'embed/etcd.go:132', 'configuring peer listeners', {}),
    etcdLine(core, 'etcdserver/raft.go:461', 'restarting local member', {
      'local-member-id': core.cluster.memberIdOf(core.spec.hostname),
    }),
    etcdLine(core, 'embed/serve.go:259', 'serving client traffic securely', { address: '[::]:2379' }),
  ],
}

/** `0301 10:00:05.123456    2345` */
function klogStamp(core: MachineCore): string {
  const [date = '', time = ''] = new Date(core.clock.now()).toISOString().slice(5, 23).split('T')
  return `${date.replace('-', '')} ${time}000 ${String(core.services.pidOf('kubelet')).padStart(7)}`
}

/** One line of etcd's own JSON, without blanks. */
function etcdLine(
  core: MachineCore,
  caller: string,
  msg: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({
    level: 'info',
    ts: new Date(core.clock.now()).toISOString(),
    caller,
    msg,
    ...fields,
  })
}
