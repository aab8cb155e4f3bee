import { z } from 'zod'
import type { RegistryWord } from '../domain/images/factory-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import { fetchLimited, TooLate, type Answer } from './fetch-limited.ts'

/** Bytes of an answer that are taken at most. */
const MANIFEST_LIMIT = 256 * 1024
const TOKEN_LIMIT = 64 * 1024

interface Where {
  /** Of the registry; absent: https at the host of the reference. */
  readonly url: string | undefined
  /** Milliseconds. A factory builds an image when it is first asked for; nobody waits for that here. */
  readonly within: number
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/**
 * Asks a registry for an image's manifest, anonymously, as the node would.
 * @throws TalosFailure when the caller cancels
 */
export async function askRegistry(
  reference: string,
  { url, within }: Where,
  signal: AbortSignal,
): Promise<RegistryWord> {
  const place = placeOf(reference, url)
  if (place === undefined) return { state: 'unknown', evidence: reference }
  const asked = `GET ${place}`
  const since = performance.now()
  try {
    const answer = await withToken(place, within, signal)
    return judge(answer, `${asked}: ${answer.status}, ${Math.round(performance.now() - since)} ms`)
  } catch (error) {
    if (error instanceof TooLate) return { state: 'building', evidence: `${asked}: ${error.message}` }
    if (!(error instanceof TalosFailure) || error.code === 'cancelled') throw error
    return { state: 'unknown', evidence: `${asked}: ${error.message}` }
  }
}

function placeOf(reference: string, url: string | undefined): string | undefined {
  const found = /^([^/]+)\/([^:@]+)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference)
  if (found === null) return undefined
  const [, host = '', name = '', tag = 'latest', digest] = found
  const registry = host === 'docker.io' ? 'registry-1.docker.io' : host
  return `${url ?? `https://${registry}`}/v2/${name}/manifests/${digest ?? tag}`
}

async function withToken(place: string, within: number, signal: AbortSignal): Promise<Answer> {
  const first = await manifest(place, within, {}, signal)
  if (first.status !== 401) return first
  const token = await anonymousToken(first.headers.get('www-authenticate') ?? '', within, signal)
  return token === undefined ? first : manifest(place, within, { Authorization: `Bearer ${token}` }, signal)
}

function manifest(
  place: string,
  within: number,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  return fetchLimited(place, {
    within,
    limit: MANIFEST_LIMIT,
    headers: { Accept: ACCEPT, ...headers },
    signal,
  })
}

/** What public registries give to anyone who asks: `Bearer realm="https://ghcr.io/token",service=…,scope=…`. */
async function anonymousToken(
  challenge: string,
  within: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!/^bearer /i.test(challenge)) return undefined
  const fields = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  )
  const realm = fields.get('realm')
  if (realm === undefined || !URL.canParse(realm) || new URL(realm).protocol !== 'https:') return undefined
  const url = new URL(realm)
  for (const key of ['service', 'scope']) {
    const value = fields.get(key)
    if (value !== undefined) url.searchParams.set(key, value)
  }
  const answer = await fetchLimited(url.href, { within, limit: TOKEN_LIMIT, signal })
  if (answer.status !== 200) return undefined
  return /"(?:access_)?token"\s*:\s*"([\w.~+/=-]+)"/.exec(answer.body)?.[1]
}

function judge({ status, headers, body }: Answer, evidence: string): RegistryWord {
  const digest = headers.get('docker-content-digest') ?? undefined
  if (status === 200) {
    const architectures = architecturesOf(body)
    return {
      state: 'exists',
      evidence,
      ...(digest === undefined ? {} : { digest }),
      ...(architectures.length === 0 ? {} : { architectures }),
    }
  }
  // The factory sends those who pull on to the registry where the finished image lies, by its digest.
  const moved = /\/manifests\/(sha256:[0-9a-f]{64})$/.exec(headers.get('location') ?? '')?.[1]
  if (status >= 300 && status < 400 && moved !== undefined)
    return { state: 'exists', evidence, digest: moved }
  const words = body.trim() === '' ? evidence : `${evidence}: ${body.trim().slice(0, 300)}`
  if (status === 404 || status === 400) return { state: 'missing', evidence: words }
  return { state: 'unknown', evidence: words }
}

const ImageIndex = z.object({
  manifests: z.array(z.object({ platform: z.object({ architecture: z.string() }).optional() })),
})

/** Of an index; a single manifest does not tell, and neither does what cannot be read. */
function architecturesOf(body: string): readonly string[] {
  try {
    const { manifests } = ImageIndex.parse(JSON.parse(body))
    const found = manifests.flatMap(({ platform }) => platform?.architecture ?? [])
    // Attestations lie beside the images as `unknown`.
    return [...new Set(found)].filter((architecture) => architecture !== 'unknown')
  } catch {
    return []
  }
}
