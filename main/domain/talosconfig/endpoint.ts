/** Where apid listens unless an endpoint says otherwise (behaviour.md §0.3). */
export const APID_PORT = 50000

export interface Endpoint {
  /** IPv4, IPv6 without brackets, or a name. */
  readonly host: string
  readonly port: number
}

/**
 * Reads an endpoint in every form Talos takes: `host`, `host:port`, bare IPv6, `[v6]`, `[v6]:port` and
 * `https://host[:port]`, where no port means 443 (behaviour.md §2.1). `undefined`: none of these.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const trimmed = text.trim()
  const url = /^https:\/\/([^/?#]+)\/?$/i.exec(trimmed)
  if (url?.[1] !== undefined) return parseHostPort(url[1], 443)
  return parseHostPort(trimmed, APID_PORT)
}

/** The form for a log, a message or a gRPC target: `10.0.0.5:50000`, `[fd00::5]:50000`. */
export function formatEndpoint(endpoint: Endpoint): string {
  return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`
}

function parseHostPort(text: string, portWhenAbsent: number): Endpoint | undefined {
  const bracketed = /^\[([0-9a-f:.]+(?:%[\w.-]+)?)\](?::(\d{1,5}))?$/i.exec(text)
  if (bracketed?.[1] !== undefined) return withPort(bracketed[1], bracketed[2], portWhenAbsent)
  if ((text.match(/:/g) ?? []).length > 1) {
    return /^[0-9a-f:.]+(?:%[\w.-]+)?$/i.test(text) ? { host: text, port: portWhenAbsent } : undefined
  }
  const plain = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(text)
  return plain?.[1] === undefined ? undefined : withPort(plain[1], plain[2], portWhenAbsent)
}

function withPort(host: string, digits: string | undefined, portWhenAbsent: number): Endpoint | undefined {
  const port = digits === undefined ? portWhenAbsent : Number(digits)
  return port >= 1 && port <= 65535 ? { host, port } : undefined
}
