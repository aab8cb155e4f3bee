import type { OfferedExtension } from '#contract/images.ts'
import type { TalosFailure } from '../talos-failure.ts'

/** What the Image Factory said, and when; `failure` says why it could not be asked again. */
export interface Told<T> {
  readonly value: T
  /** Milliseconds since 1970. */
  readonly at: number
  readonly failure?: TalosFailure
}

/** What a registry says of an image. */
export type RegistryWord =
  | {
      readonly state: 'exists'
      readonly digest?: string
      /** `amd64`, where the registry tells. */
      readonly architectures?: readonly string[]
      readonly evidence: string
    }
  /** The registry answered, and has no such image. */
  | { readonly state: 'missing'; readonly evidence: string }
  /** It takes longer than anyone waits here: the factory builds an image when it is first asked for. */
  | { readonly state: 'building'; readonly evidence: string }
  | { readonly state: 'unknown'; readonly evidence: string }

/**
 * The Image Factory's HTTP API (behaviour.md §5.10) and the registries that nodes pull from. `url` is the factory's
 * address without a slash at the end. Failures are `factory-unreachable`, `factory-refused`, `factory-answer`, or
 * `cancelled`.
 */
export interface FactoryPort {
  /** `v1.13.9`, pre-releases included, oldest first. Kept on disk: without an answer the last one comes back. */
  versions(url: string, ask: FactoryAsk): Promise<Told<readonly string[]>>
  /** Official extensions of a Talos version; kept on disk as well. */
  extensions(url: string, version: string, ask: FactoryAsk): Promise<Told<readonly OfferedExtension[]>>
  /** The YAML of a schematic; `undefined` when the factory has none of that id. The caller proves it by its hash. */
  schematic(url: string, id: string, signal: AbortSignal): Promise<string | undefined>
  /** Tells the factory a schematic, so that it builds images of it; its id. */
  register(url: string, text: string, signal: AbortSignal): Promise<string>
  /**
   * Whether the image exists.
   * @param url of the registry that is asked; absent: the one the reference names
   */
  image(reference: string, url: string | undefined, signal: AbortSignal): Promise<RegistryWord>
}

export interface FactoryAsk {
  /** Also when the last answer is young. */
  readonly fresh?: boolean
  readonly signal: AbortSignal
}

/** Answers of a factory between two starts of the app. Never throws: what cannot be kept is asked again. */
export interface FactoryCachePort {
  read(key: string): Promise<unknown>
  write(key: string, value: unknown): Promise<void>
}
