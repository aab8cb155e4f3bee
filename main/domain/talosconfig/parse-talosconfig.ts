import type { TextPosition } from '#contract/wire-error.ts'
import { toInstant } from '../clock-port.ts'
import { Secret } from '../secret.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { CertificateReader, CertificateReading } from './certificate-reader.ts'
import { parseEndpoint } from './endpoint.ts'
import type { ParsedContext, ParsedTalosconfig, TalosconfigEntry } from './parsed-talosconfig.ts'
import { decodeTalosconfig, readYaml } from './read-yaml.ts'

type Fields = Readonly<Record<string, unknown>>
type PositionOf = (field: string) => TextPosition | undefined

/**
 * Reads a talosconfig (behaviour.md §1). Throws for what spoils the whole file; what is wrong with one context is
 * told in its entry and leaves the others alone. `now` in milliseconds since 1970.
 */
export function parseTalosconfig(
  bytes: Uint8Array,
  reader: CertificateReader,
  now: number,
): ParsedTalosconfig {
  const { document, position } = readYaml(decodeTalosconfig(bytes))
  let root: unknown
  try {
    root = document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    // Only a text made to explode on reading has that many aliases.
    throw new TalosFailure('talosconfig-not-yaml', 'The talosconfig repeats aliases without end.', { cause })
  }
  if (root === null || root === undefined) {
    throw new TalosFailure('talosconfig-empty', 'The talosconfig is empty: it has comments only.')
  }
  const contexts = contextsOf(root)
  const current = stringIn(root as Fields, 'context')
  if (current !== undefined && !Object.hasOwn(contexts, current)) {
    throw new TalosFailure(
      'talosconfig-unknown-context',
      `The current context is "${current}", but the file has only: ${Object.keys(contexts).join(', ')}.`,
      { at: position(['context']) },
    )
  }
  return {
    ...(current === undefined ? {} : { currentContext: current }),
    entries: Object.entries(contexts).map(([name, fields]) =>
      readEntry(name, fields, reader, now, (field) => position(['contexts', name, field])),
    ),
    sizeBytes: bytes.length,
  }
}

function contextsOf(root: unknown): Record<string, unknown> {
  const nothing = (message: string) => new TalosFailure('talosconfig-no-contexts', message)
  if (!isFields(root)) throw nothing('This is YAML, but no talosconfig: there is no map "contexts" in it.')
  if (root['kind'] === 'Config' && Array.isArray(root['contexts'])) {
    throw nothing('This is a kubeconfig. Talos has its own file, the talosconfig, usually ~/.talos/config.')
  }
  if ('machine' in root || root['version'] === 'v1alpha1') {
    throw nothing(
      'This is a MachineConfig, the configuration of a node. Import the talosconfig made beside it.',
    )
  }
  const contexts = root['contexts']
  if (!isFields(contexts) || Object.keys(contexts).length === 0) {
    throw nothing('The talosconfig has no contexts, so it leads to no cluster.')
  }
  return contexts
}

function readEntry(
  name: string,
  value: unknown,
  reader: CertificateReader,
  now: number,
  position: PositionOf,
): TalosconfigEntry {
  const fields = isFields(value) ? value : {}
  const target = stringIn(fields, 'target')
  // talosctl does the same with the deprecated `target` when it loads the file.
  const endpoints = [...listIn(fields, 'endpoints'), ...(target === undefined ? [] : [target])]
  const base = { name, endpoints, nodes: listIn(fields, 'nodes') }
  try {
    const context = readContext(base, fields, reader, position)
    const failure = failureOfTime(context, now)
    return { ...base, context, ...(failure === undefined ? {} : { failure }) }
  } catch (error) {
    if (error instanceof TalosFailure) return { ...base, failure: error }
    throw error
  }
}

function readContext(
  base: Pick<ParsedContext, 'name' | 'endpoints' | 'nodes'>,
  fields: Fields,
  reader: CertificateReader,
  position: PositionOf,
): ParsedContext {
  const { name } = base
  refuseOtherAuth(name, fields, position)
  const ca = pemIn(name, fields, 'ca', position)
  const crt = pemIn(name, fields, 'crt', position)
  const key = new Secret(pemIn(name, fields, 'key', position))
  const authorities = readCertificates(name, 'ca', ca, reader, position)
  const [leaf] = readCertificates(name, 'crt', crt, reader, position)
  const compared = reader.compareKey(crt, key)
  if (compared === 'unreadable') throw badPem(name, 'key', 'a private key', position)
  if (compared === 'differs') {
    throw new TalosFailure(
      'talosconfig-key-mismatch',
      `In context "${name}" the key is not the one the certificate was made for. They come from two files.`,
      { at: position('key') },
    )
  }
  checkEndpoints(base, position)
  const cluster = stringIn(fields, 'cluster')
  const proxyUrl = stringIn(fields, 'proxy-url')
  return {
    ...base,
    ca,
    crt,
    key,
    ...(cluster === undefined ? {} : { cluster }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    certificate: {
      roles: [...leaf.organisations],
      notBefore: toInstant(leaf.notBefore),
      notAfter: toInstant(leaf.notAfter),
      authority: authorities[0].publicKeyHash,
    },
    authorities: authorities.map((authority) => authority.publicKeyHash),
  }
}

function refuseOtherAuth(name: string, fields: Fields, position: PositionOf): void {
  if (stringIn(fields, 'crt') !== undefined) return
  const auth = fields['auth']
  if (!isFields(auth)) return
  const kind = 'siderov1' in auth ? 'an Omni identity (siderov1)' : 'a user name and password'
  throw new TalosFailure(
    'talosconfig-unsupported-auth',
    `Context "${name}" signs in with ${kind}. Ichor needs a client certificate and its key.`,
    { at: position('auth') },
  )
}

function checkEndpoints(base: Pick<ParsedContext, 'name' | 'endpoints'>, position: PositionOf): void {
  const wrong = base.endpoints.find((endpoint) => parseEndpoint(endpoint) === undefined)
  if (base.endpoints.length > 0 && wrong === undefined) return
  throw new TalosFailure(
    'talosconfig-no-endpoints',
    wrong === undefined
      ? `Context "${base.name}" has no endpoints. Add the address of a control plane node.`
      : `Context "${base.name}" has an endpoint that is no address: "${wrong}".`,
    { at: position('endpoints') },
  )
}

/** The PEM text behind one of `ca`, `crt`, `key`. Messages name the field and never what stands in it. */
function pemIn(name: string, fields: Fields, field: 'ca' | 'crt' | 'key', position: PositionOf): string {
  const text = stringIn(fields, field)
  if (text === undefined) {
    throw new TalosFailure('talosconfig-bad-certificate', `Context "${name}" has no "${field}".`)
  }
  const pem = decodeBase64(text)
  if (pem === undefined) {
    const hint = text.includes('-----BEGIN') ? ' It is PEM; a talosconfig has PEM in base64.' : ''
    throw new TalosFailure(
      'talosconfig-bad-base64',
      `In context "${name}" the value of "${field}" is not base64.${hint}`,
      { at: position(field) },
    )
  }
  return pem
}

function decodeBase64(text: string): string | undefined {
  const packed = text.replace(/\s/g, '')
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined
  return atob(packed)
}

function readCertificates(
  name: string,
  field: 'ca' | 'crt',
  pem: string,
  reader: CertificateReader,
  position: PositionOf,
): readonly [CertificateReading, ...CertificateReading[]] {
  const [first, ...rest] = reader.readCertificates(pem) ?? []
  if (first === undefined) throw badPem(name, field, 'a certificate', position)
  return [first, ...rest]
}

function badPem(name: string, field: string, what: string, position: PositionOf): TalosFailure {
  return new TalosFailure(
    'talosconfig-bad-certificate',
    `In context "${name}" the value of "${field}" cannot be read as ${what}.`,
    { at: position(field) },
  )
}

/** The clock's verdict on a context, apart from parsing because it changes with the day. */
export function failureOfTime(
  context: Pick<ParsedContext, 'name' | 'certificate'>,
  now: number,
): TalosFailure | undefined {
  const { notBefore, notAfter } = context.certificate
  if (now > Date.parse(notAfter)) {
    return new TalosFailure(
      'certificate-expired',
      `The certificate of context "${context.name}" expired on ${notAfter.slice(0, 10)}. No node accepts it any more.`,
    )
  }
  if (now < Date.parse(notBefore)) {
    return new TalosFailure(
      'certificate-not-yet-valid',
      `The certificate of context "${context.name}" is valid from ${notBefore}; this computer's clock says ${toInstant(now)}.`,
    )
  }
  return undefined
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function stringIn(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function listIn(fields: Fields, name: string): readonly string[] {
  const value = fields[name]
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  return items.filter((item): item is string => typeof item === 'string' && item !== '')
}
