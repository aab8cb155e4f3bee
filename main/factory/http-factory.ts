import { compare, valid } from 'semver'
import { z } from 'zod'
import type { OfferedExtension } from '#contract/images.ts'
import type { FactoryAsk, FactoryCachePort, FactoryPort, Told } from '../domain/images/factory-port.ts'
import { isFailure, TalosFailure } from '../domain/talos-failure.ts'
import { fetchLimited, hostOf, type Answer, type Ask } from './fetch-limited.ts'
import { askRegistry } from './registry.ts'

/** Milliseconds. A list is asked for again when it is older; a factory that was silent is left alone for a while. */
const VERSIONS_YOUNG = 60 * 60_000
const EXTENSIONS_YOUNG = 24 * 60 * 60_000
const SILENT_FOR = 30_000

/** Bytes of an answer that are taken at most. */
const LIST_LIMIT = 4 * 1024 * 1024
const SCHEMATIC_LIMIT = 1024 * 1024

const VersionList = z.array(z.string().max(64)).max(5000)
const ExtensionList = z
  .array(
    z.object({
      name: z.string().max(256),
      ref: z.string().max(512),
      author: z.string().max(256).default(''),
      description: z.string().max(4096).default(''),
    }),
  )
  .max(2000)
const Registered = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) })
const Kept = z.object({ at: z.number(), value: z.unknown() })
const KeptExtensions = z
  .array(z.object({ name: z.string(), version: z.string(), author: z.string(), description: z.string() }))
  .max(2000)

interface Deps {
  readonly cache: FactoryCachePort
  readonly now: () => number
  /** Milliseconds that an answer may take; a factory that builds an image first takes minutes. */
  readonly within?: { readonly list: number; readonly manifest: number }
}

const PATIENCE = { list: 10_000, manifest: 12_000 }

/** The Image Factory over HTTP (behaviour.md §5.10). Lists are kept on disk, so that they are there without a network. */
export function createHttpFactory({ cache, now, within = PATIENCE }: Deps): FactoryPort {
  const list = { within: within.list, limit: LIST_LIMIT }
  const schematic = { within: within.list, limit: SCHEMATIC_LIMIT }
  /** By host: until when it is not asked again by itself, and why. */
  const silent = new Map<string, { readonly until: number; readonly failure: TalosFailure }>()

  async function call(url: string, path: string, ask: Ask): Promise<Answer> {
    if (!URL.canParse(url)) throw new TalosFailure('factory-unreachable', 'No Image Factory is known.')
    const host = hostOf(url)
    try {
      const answer = await fetchLimited(`${url}${path}`, ask)
      silent.delete(host)
      return answer
    } catch (error) {
      if (isFailure(error, 'factory-unreachable'))
        silent.set(host, { until: now() + SILENT_FOR, failure: error })
      throw error
    }
  }

  /** Throws what the last question ended with, while that is only moments ago. */
  function leaveAlone(url: string): void {
    const last = silent.get(hostOf(url))
    if (last !== undefined && now() < last.until) throw last.failure
  }

  async function kept<T>(
    question: { readonly key: string; readonly young: number; readonly url: string } & FactoryAsk,
    parse: (value: unknown) => T,
    read: () => Promise<T>,
  ): Promise<Told<T>> {
    const old = await readKept(cache, question.key, parse)
    const young = old !== undefined && now() - old.at < question.young && now() >= old.at
    if (young && question.fresh !== true) return old
    try {
      if (question.fresh !== true) leaveAlone(question.url)
      const value = await read()
      const told = { value, at: now() }
      await cache.write(question.key, told)
      return told
    } catch (error) {
      if (old === undefined || !(error instanceof TalosFailure) || error.code === 'cancelled') throw error
      return { ...old, failure: error }
    }
  }

  return {
    versions: (url, ask) =>
      kept({ ...ask, key: `${hostOf(url)}/versions`, young: VERSIONS_YOUNG, url }, versionsOf, async () =>
        versionsOf(await json(url, '/versions', ask.signal)),
      ),

    extensions: (url, version, ask) =>
      kept(
        { ...ask, key: `${hostOf(url)}/extensions/${version}`, young: EXTENSIONS_YOUNG, url },
        (value): readonly OfferedExtension[] => KeptExtensions.parse(value),
        async () =>
          extensionsOf(
            url,
            await json(url, `/version/${encodeURIComponent(version)}/extensions/official`, ask.signal),
          ),
      ),

    async schematic(url, id, signal) {
      leaveAlone(url)
      const answer = await call(url, `/schematics/${encodeURIComponent(id)}`, { ...schematic, signal })
      if (answer.status === 404) return undefined
      if (answer.status !== 200) throw refusal(url, answer)
      return answer.body
    },

    async register(url, text, signal) {
      const answer = await call(url, '/schematics', {
        ...schematic,
        method: 'POST',
        headers: { 'Content-Type': 'application/yaml' },
        body: text,
        signal,
      })
      if (answer.status !== 200 && answer.status !== 201) throw refusal(url, answer)
      return parsed(url, answer.body, Registered).id
    },

    async image(reference, url, signal) {
      if (url !== undefined) leaveAlone(url)
      return askRegistry(reference, { url, within: within.manifest }, signal)
    },
  }

  async function json(url: string, path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await call(url, path, { ...list, headers: { Accept: 'application/json' }, signal })
    if (answer.status !== 200) throw refusal(url, answer)
    return parsed(url, answer.body, z.unknown())
  }

  function versionsOf(value: unknown): readonly string[] {
    const versions = (VersionList.safeParse(value).data ?? []).filter(
      (version) => version.startsWith('v') && valid(version) !== null,
    )
    if (versions.length === 0) throw new TalosFailure('factory-answer', 'This is no list of Talos versions.')
    return [...new Set(versions)].sort(compare)
  }

  function extensionsOf(url: string, value: unknown): readonly OfferedExtension[] {
    const found = ExtensionList.safeParse(value)
    if (!found.success) throw new TalosFailure('factory-answer', `${hostOf(url)} gave no list of extensions.`)
    return found.data.map(({ name, ref, author, description }) => ({
      name,
      version: versionOf(ref),
      author,
      description: description.trim(),
    }))
  }
}

async function readKept<T>(
  cache: FactoryCachePort,
  key: string,
  parse: (value: unknown) => T,
): Promise<Told<T> | undefined> {
  const found = Kept.safeParse(await cache.read(key))
  if (!found.success) return undefined
  try {
    return { at: found.data.at, value: parse(found.data.value) }
  } catch {
    return undefined
  }
}

/** `v0.2.0` of `ghcr.io/siderolabs/iscsi-tools:v0.2.0@sha256:…` */
function versionOf(reference: string): string {
  return /:([\w][\w.+-]*)(?:@|$)/.exec(reference)?.[1] ?? ''
}

function parsed<T>(url: string, body: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(body))
  } catch (error) {
    const what = error instanceof z.ZodError ? 'something else than asked for' : 'no JSON'
    throw new TalosFailure('factory-answer', `${hostOf(url)} answered with ${what}.`, { cause: error })
  }
}

/** Its own first line, as far as it fits; a page of a proxy is not quoted. */
function refusal(url: string, { status, headers, body }: Answer): TalosFailure {
  const html = /html/i.test(headers.get('content-type') ?? '')
  const words = html ? '' : (body.trim().split('\n')[0] ?? '').slice(0, 300)
  const code = status >= 500 || (status >= 300 && status < 400) ? 'factory-answer' : 'factory-refused'
  return new TalosFailure(code, `${hostOf(url)} answered ${status}${words === '' ? '' : `: ${words}`}.`)
}
