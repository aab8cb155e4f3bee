import { createHash } from 'node:crypto'
import type { OfferedExtension } from '#contract/images.ts'
import type { FactoryPort } from '../../main/domain/images/factory-port.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'

const DEFAULT_ID = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

export interface InMemoryFactory extends FactoryPort {
  /** What went to it that changes it. */
  readonly posted: string[]
  readonly schematics: Map<string, string>
  versionsListed: readonly string[]
  /** Extensions that are not published, by Talos version. */
  readonly withdrawn: Map<string, readonly string[]>
  /** Every answer fails. */
  down: boolean
  /** The id it gives instead of the right one. */
  wrongId: string | undefined
  /** Images that no registry has, or that are still being built. */
  readonly images: Map<string, 'missing' | 'building'>
  architectures: readonly string[]
}

/** An Image Factory in memory that has whatever it is not told to lack. */
export function createInMemoryFactory(now: () => number): InMemoryFactory {
  function reach(url: string): void {
    if (factory.down) throw new TalosFailure('factory-unreachable', `${url} cannot be reached: ECONNREFUSED.`)
  }
  const factory: InMemoryFactory = {
    posted: [],
    schematics: new Map([[DEFAULT_ID, 'customization: {}\n']]),
    versionsListed: [
      ...['v1.9.0', 'v1.9.6', 'v1.10.0', 'v1.10.9', 'v1.11.0', 'v1.11.6', 'v1.12.0', 'v1.12.11'],
      ...['v1.13.0', 'v1.13.9', 'v1.14.0-rc.1', 'v1.14.0'],
    ],
    withdrawn: new Map(),
    images: new Map(),
    architectures: ['amd64', 'arm64'],
    down: false,
    wrongId: undefined,
    async versions(url) {
      reach(url)
      return { value: factory.versionsListed, at: now() }
    },
    async extensions(url, version) {
      reach(url)
      const gone = factory.withdrawn.get(version) ?? []
      return { value: OFFERED.filter(({ name }) => !gone.includes(name)), at: now() }
    },
    async schematic(url, id) {
      reach(url)
      return factory.schematics.get(id)
    },
    async register(url, text) {
      reach(url)
      factory.posted.push(text)
      const id = createHash('sha256').update(text).digest('hex')
      factory.schematics.set(id, text)
      return factory.wrongId ?? id
    },
    async image(reference, url) {
      reach(url ?? reference)
      const state = factory.images.get(reference)
      const evidence = `GET ${reference}: ${state ?? 'there'}`
      return state === undefined
        ? { state: 'exists', evidence, architectures: factory.architectures }
        : { state, evidence }
    },
  }
  return factory
}

const OFFERED: readonly OfferedExtension[] = ['iscsi-tools', 'util-linux-tools', 'tailscale', 'i915'].map(
  (name) => ({
    name: `siderolabs/${name}`,
    version: 'v1',
    author: 'Sidero Labs',
    description: `${name} for Talos`,
  }),
)
