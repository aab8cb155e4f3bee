import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { officialExtensions, officialOverlays } from '../data/factory-catalogue.ts'
import { SimulatedStatus } from '../machine-api.ts'
import { missingExtension, type Registry } from '../machine/registry.ts'
import { extensionFacts, schematicYaml, type SchematicRequest } from '../machine/schematic.ts'
import { isReleased, releasedTags } from '../machine/versions.ts'
import { BadSchematic, readSchematic } from './read-schematic.ts'

/** The Image Factory and its registry on this computer: what it knows is what the machines can pull. */
export interface ServedFactory extends AsyncDisposable {
  /** `http://127.0.0.1:41234`; images are `127.0.0.1:41234/metal-installer/<schematic>:<version>` */
  readonly url: string
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
  readonly headers?: Readonly<Record<string, string>>
}

const BODY_LIMIT = 1024 * 1024

/**
 * The factory's HTTP API (behaviour.md §5.10), plain, on a free port of 127.0.0.1.
 * @throws the system's error when no port can be had
 */
export async function serveFactory(registry: Registry): Promise<ServedFactory> {
  const server = createServer((request, response) => {
    answer(registry, request).then(
      (reply) => send(request, response, reply),
      (error: unknown) => send(request, response, refusal(error)),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  registry.answerAlsoAs(host)
  return {
    url: `http://${host}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** An answer that is no success. */
class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function refusal(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error)
  const status = error instanceof Refused ? error.status : error instanceof BadSchematic ? 400 : 500
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(`${message}\n`) }
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body, headers }: Answer) {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length, ...headers })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answer(registry: Registry, request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const parts = pathname.split('/').slice(1).map(decodeURIComponent)
  const [first = '', ...rest] = parts
  if (pathname === '/schematics' && request.method === 'POST') return post(registry, await bodyOf(request))
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refused(405, 'Method Not Allowed')
  switch (first) {
    case 'healthz':
      return { status: 200, type: 'text/plain; charset=utf-8', body: Buffer.alloc(0) }
    case 'versions':
      return json(releasedTags())
    case 'version':
      return listing(rest)
    case 'schematics':
      return {
        status: 200,
        type: 'application/yaml',
        body: Buffer.from(schematicYaml(schematicOf(registry, rest[0]))),
      }
    case 'image':
      return bootAsset(registry, rest)
    case 'v2':
      return manifest(registry, rest)
    default:
      throw new Refused(404, '404 page not found')
  }
}

function post(registry: Registry, body: string): Answer {
  const request = readSchematic(body)
  const id = registry.registerSchematic(request)
  return { ...json({ id, schematic: schematicYaml(request) }), status: 201 }
}

/** `/version/v1.13.9/extensions/official` and overlays. */
function listing([version = '', what, official]: readonly string[]): Answer {
  const talos = version.startsWith('v') ? version : `v${version}`
  if (official !== 'official' || (what !== 'extensions' && what !== 'overlays'))
    throw new Refused(404, '404 page not found')
  checkReleased(talos)
  if (what === 'overlays')
    return json(
      officialOverlays().map(({ name, image }) => ({
        name,
        image,
        ref: `ghcr.io/${image}:${talos}`,
        digest: digestOf(`${image}:${talos}`),
      })),
    )
  const minor = Number(talos.split('.')[1])
  return json(
    officialExtensions(minor).map((name) => {
      const { version: tag, author, description } = extensionFacts(name)
      const ref = `ghcr.io/${name}:${tag}`
      return { name, ref, digest: digestOf(`${ref} ${talos}`), author, description }
    }),
  )
}

/** `/image/<schematic>/<version>/<file>`: the body is one line that says what the file would be. */
function bootAsset(registry: Registry, [id, talos = '', file = '', more]: readonly string[]): Answer {
  if (more !== undefined || file === '') throw new Refused(404, '404 page not found')
  const schematic = schematicOf(registry, id)
  checkReleased(talos)
  if (!ASSET.test(file)) throw new Refused(400, `invalid profile: ${file}`)
  checkBuilds(schematic, talos)
  const text = file.startsWith('cmdline-')
    ? ['talos.platform=metal console=tty0', ...(schematic.kernelArguments ?? [])].join(' ')
    : `simulated ${file} of Talos ${talos}, schematic ${id ?? ''}`
  return {
    status: 200,
    type: 'application/octet-stream',
    body: Buffer.from(`${text}\n`),
    headers: { 'Content-Disposition': `attachment; filename="${file}"` },
  }
}

const ASSET =
  /^(kernel-(amd64|arm64)|initramfs-(amd64|arm64)\.xz|cmdline-[a-z]+-(amd64|arm64)(-secureboot)?|installer-(amd64|arm64)(-secureboot)?\.tar|[a-z]+(-[a-z0-9_]+)?-(amd64|arm64)(-secureboot)?(\.iso|\.raw(\.zst|\.xz)?|\.qcow2|\.vhd|\.ova|-uki\.efi))$/

/** `/v2/`, `/v2/metal-installer/<schematic>/manifests/<tag or digest>`, `/v2/siderolabs/installer/manifests/<tag>` */
function manifest(registry: Registry, parts: readonly string[]): Answer {
  if (parts.join('') === '') return json({})
  const at = parts.lastIndexOf('manifests')
  const name = parts.slice(0, at).join('/')
  const tag = parts[at + 1] ?? ''
  if (at < 1 || tag === '') throw new Refused(404, '404 page not found')
  const [, id] = parts
  if (/^(?:[a-z]+-)?installer(?:-secureboot)?\/[0-9a-f]{64}$/.test(name)) {
    const schematic = schematicOf(registry, id)
    checkReleased(tag)
    checkBuilds(schematic, tag)
  }
  const reference = `${name.startsWith('siderolabs/') ? 'ghcr.io' : 'factory.talos.dev'}/${name}:${tag}`
  try {
    const { digest, manifest: body } = registry.resolve(reference)
    return {
      status: 200,
      type: 'application/vnd.oci.image.index.v1+json',
      body,
      headers: { 'Docker-Content-Digest': digest },
    }
  } catch (error) {
    if (error instanceof SimulatedStatus) throw new Refused(404, `${name}:${tag}: not found`)
    throw error
  }
}

function schematicOf(registry: Registry, id = ''): SchematicRequest {
  const found = registry.schematic(id)
  if (!found) throw new Refused(404, 'schematic not found')
  return found
}

function checkReleased(talos: string): void {
  if (!isReleased(talos)) throw new Refused(404, `version ${talos.replace(/^v/, '')} is not available`)
}

function checkBuilds(schematic: SchematicRequest, talos: string): void {
  const missing = missingExtension(schematic, talos)
  if (missing !== undefined)
    throw new Refused(
      400,
      `error enhancing profile from schematic: official extension "${missing}" is not available for Talos version ${talos}`,
    )
}

function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', body: Buffer.from(`${JSON.stringify(value)}\n`) }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) throw new Refused(413, 'Request Entity Too Large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
