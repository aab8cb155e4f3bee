import type { NodeRole } from '#contract/nodes.ts'
import type { ClockPort } from '../../main/domain/clock-port.ts'
import type { BootMenu, EtcdMember, ServiceInfo, TalosEvent } from '../../main/domain/nodes/talos-port.ts'

/** What can be wrong with a node; set on `node.troubles` before or during a run. */
export type Trouble =
  | 'never-ready'
  | 'never-returns'
  | 'falls-back'
  | 'reboot-hangs'
  | 'locked'
  | 'sequence-fails'
  | 'comes-back-in-maintenance'
  | 'pull-missing'
  | 'pull-stalls'
  | 'install-fails'
  | 'install-cut'
  | 'install-without-exit-code'
  | 'reboot-answer-lost'
  | 'snapshot-cut'
  | 'loses-schematic'
  | 'etcd-silent'
  | 'wipe-refused'
  | 'off'

export interface Slot {
  readonly version: string
  readonly schematicId: string | undefined
  readonly extensions: readonly string[]
  readonly cmdline: string
  /** UKI file, or `A`/`B`. */
  readonly entry: string
}

export interface FakeNodeSpec {
  readonly address: string
  /** Other addresses or names that lead to it, such as a virtual address it holds; no member tells them. */
  readonly ways?: readonly string[]
  readonly hostname: string
  readonly role: NodeRole
  readonly version: string
  readonly bootLoader?: 'grub' | 'systemd-boot'
  readonly schematicId?: string
  readonly extensions?: readonly string[]
  readonly kernelArguments?: string
  readonly kubernetes?: string
  readonly config?: string
  /** YAML of its schematic, where the node carries it. */
  readonly schematic?: string
  readonly secureBoot?: boolean
}

export const SECRET = 'b3f9-machine-token-e71c'

/** One computer as its API shows it. Time moves it: what is due happens when someone asks. */
export class FakeNode {
  readonly spec: FakeNodeSpec
  readonly troubles = new Set<Trouble>()
  readonly calls: string[] = []
  /** Begins with its boot, as every node's does. */
  readonly log: { readonly actorId: string; readonly payload: TalosEvent['payload'] }[] = [
    { actorId: '', payload: { kind: 'sequence', sequence: 'boot', action: 'start' } },
    { actorId: '', payload: { kind: 'sequence', sequence: 'boot', action: 'stop' } },
  ]
  readonly #clock: ClockPort
  #due: { readonly at: number; readonly act: () => void }[] = []
  #boots = 1
  running: Slot
  /** The slot that does not run, and the one the next boot takes. */
  other: Slot | undefined
  next: Slot | undefined
  up = true
  maintenance = false
  stage = 'running'
  ready = true
  unmet: { name: string; reason: string }[] = []
  bootTime: number
  unschedulable = false
  kubernetesReady = true
  timeSynced = true
  learner = false
  leftEtcd = false
  /** etcd on a volume of its own, as 1.14 may have it. */
  hasEtcdVolume = false
  /** META 0x06. */
  fallback: string | undefined
  /** Bytes. */
  memory = 8 * 1024 ** 3
  ephemeral = { size: 200 * 1024 ** 3, available: 150 * 1024 ** 3 }
  efiBytes = 2101 * 1024 ** 2
  diagnostics: { id: string; message: string }[] = []
  alarms: { memberId: string; alarm: string }[] = []
  config: { text: string; version: string }
  persistent: string
  services: ServiceInfo[]

  constructor(spec: FakeNodeSpec, clock: ClockPort) {
    this.spec = spec
    this.#clock = clock
    this.bootTime = Math.floor(clock.now() / 1000) - 3600
    const grub = spec.bootLoader === 'grub'
    this.running = {
      version: spec.version,
      schematicId: spec.schematicId,
      extensions: spec.extensions ?? [],
      entry: grub ? 'A' : `Talos-${spec.version}.efi`,
      cmdline: cmdline(spec, grub ? 'A' : undefined),
    }
    const text =
      spec.config ??
      `machine:\n  token: ${SECRET}\n  install:\n    image: factory.talos.dev/metal-installer/${spec.schematicId ?? 'x'}:${spec.version}\n`
    this.config = { text, version: '3' }
    this.persistent = text
    this.services = [
      service('kubelet', 'Running', 1),
      service('apid', 'Running', 1),
      service('ext-tailscale', 'Running', 1, 'unknown'),
    ]
  }

  /** What systemd-boot tells; a test writes it. */
  bootMenu: BootMenu | undefined

  get bootId(): string {
    return `boot-${this.spec.hostname}-${this.#boots}`
  }

  get memberId(): string {
    return Buffer.from(this.spec.hostname.slice(-8).padStart(8)).toString('hex')
  }

  get member(): EtcdMember {
    return { id: this.memberId, hostname: this.spec.hostname, learner: this.learner, started: true }
  }

  /** Lets everything happen whose time has come. */
  tick(): void {
    for (;;) {
      const due = this.#due.filter(({ at }) => at <= this.#clock.now()).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) return
      this.#due = this.#due.filter((one) => one !== due)
      due.act()
    }
  }

  after(milliseconds: number, act: () => void): void {
    this.#due.push({ at: this.#clock.now() + milliseconds, act })
  }

  tell(actorId: string, payload: TalosEvent['payload']): void {
    this.log.push({ actorId, payload })
  }

  /** Goes down in two seconds and, unless it is in trouble, is back and ready half a minute later. */
  restart(actorId: string, delay = 2_000): void {
    this.after(delay, () => {
      this.up = false
      if (this.troubles.has('never-returns')) return
      this.after(20_000, () => this.boot(this.next ?? this.running))
    })
    this.tell(actorId, { kind: 'phase', phase: 'cleanup', action: 'start' })
  }

  /** Stops its services in three seconds and is gone; `then` says whether it comes back. */
  end(actorId: string, then: () => void): void {
    this.after(3_000, () => this.tell(actorId, { kind: 'task', task: 'stopAllServices', action: 'stop' }))
    this.after(4_000, () => {
      this.up = false
      then()
    })
  }

  boot(slot: Slot): void {
    const old = this.running
    if (slot !== old) this.other = old
    this.running = slot
    this.next = undefined
    this.#boots++
    this.bootTime = Math.floor(this.#clock.now() / 1000) - 5
    this.up = true
    this.stage = 'booting'
    this.ready = false
    this.unmet = [{ name: 'services', reason: 'kubelet not running' }]
    if (this.troubles.has('comes-back-in-maintenance')) {
      this.maintenance = true
      return
    }
    if (this.troubles.has('never-ready')) return
    if (this.troubles.has('falls-back') && slot !== old) {
      this.after(60_000, () => {
        this.up = false
        this.troubles.delete('falls-back')
        this.after(20_000, () => this.boot(old))
      })
      return
    }
    this.after(15_000, () => {
      this.stage = 'running'
      this.ready = true
      this.unmet = []
      this.fallback = undefined
    })
    this.after(18_000, () => {
      this.unschedulable = false
    })
  }

  /** Writes an image into the slot that does not run and makes it the next. */
  writeSlot(image: string): void {
    const [, id, version = this.running.version] = /([0-9a-f]{64})?:(v[^:]+)$/.exec(image) ?? []
    this.fallback = this.running.entry
    const grub = this.spec.bootLoader === 'grub'
    const lost = this.troubles.has('loses-schematic')
    const entry = grub ? (this.running.entry === 'A' ? 'B' : 'A') : `Talos-${version}.efi`
    this.next = {
      version,
      schematicId: lost ? undefined : id,
      extensions: lost ? [] : this.running.extensions,
      entry: entry === this.running.entry ? entry.replace('.efi', '~1.efi') : entry,
      cmdline: cmdline(this.spec, grub ? entry : undefined),
    }
  }
}

function cmdline(spec: FakeNodeSpec, slot: string | undefined): string {
  const loader = slot === undefined ? '' : `BOOT_IMAGE=/${slot}/vmlinuz `
  return `${loader}talos.platform=metal console=tty0 pti=on ${spec.kernelArguments ?? ''}`.trim()
}

export function service(
  id: string,
  state: string,
  pid: number,
  health: 'healthy' | 'unhealthy' | 'unknown' = 'healthy',
): ServiceInfo {
  const healthy = health === 'healthy'
  return {
    id,
    state,
    health: { unknown: health === 'unknown', healthy, message: healthy ? '' : 'context deadline exceeded' },
    events: [{ state, message: `Started task ${id} (PID ${pid})` }],
  }
}
