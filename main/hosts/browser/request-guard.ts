import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a request comes from our own page. A page elsewhere that points a name at 127.0.0.1 sends its own `Host`;
 * one that reaches for our port sends its own `Origin`. Both are refused before anything else is looked at.
 */
export function isOurs(headers: IncomingHttpHeaders, port: number, kind: 'read' | 'act'): boolean {
  const host = `127.0.0.1:${port}`
  if (headers.host !== host) return false
  const { origin } = headers
  if (origin === undefined) return kind === 'read'
  return origin === `http://${host}`
}

/** Cookies of one host are shared by all its ports, so the name carries ours. */
function cookieName(port: number): string {
  return `ichor-${port}`
}

export function readCookie(headers: IncomingHttpHeaders, port: number): string | undefined {
  const prefix = `${cookieName(port)}=`
  const pairs = headers.cookie?.split(';').map((pair) => pair.trim()) ?? []
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length)
}

/** Gone with the browser, unreadable for scripts, and never sent from another site. */
export function writeCookie(value: string, port: number): string {
  return `${cookieName(port)}=${value}; HttpOnly; SameSite=Strict; Path=/`
}
