export const LINK_SCHEME = 'ichor'
const TABS: ReadonlySet<string> = new Set(['overview', 'configuration', 'services', 'logs', 'kernel-log'])

/**
 * The place an `ichor:` link points to, as a fragment of the page, or `undefined`. Links come from anywhere, so they
 * can show and never do: `ichor://context/casa`, `ichor://context/casa/node/10.0.20.11`, and one of its tabs after it.
 */
export function placeOfLink(link: string): string | undefined {
  if (link.length > 1024) return undefined
  let url: URL
  try {
    url = new URL(link)
  } catch {
    return undefined
  }
  if (url.protocol !== `${LINK_SCHEME}:` || url.host !== 'context') return undefined
  const parts = url.pathname.split('/').slice(1).map(decode)
  const [context, node, address, tab, ...rest] = parts
  if (rest.length > 0 || !isName(context)) return undefined
  const place = `#/c/${encodeURIComponent(context)}`
  if (node === undefined || (node === '' && parts.length === 2)) return place
  if (node !== 'node' || !isName(address)) return undefined
  if (tab !== undefined && !TABS.has(tab)) return undefined
  return `${place}/n/${encodeURIComponent(address)}/${tab ?? 'overview'}`
}

/** The first of our links among a program's arguments, which may come in any order and from anyone. */
export function placeOfArguments(args: readonly string[]): string | undefined {
  return args
    .filter((arg) => arg.startsWith(`${LINK_SCHEME}:`))
    .map(placeOfLink)
    .find((place) => place !== undefined)
}

function isName(text: string | undefined): text is string {
  // eslint-disable-next-line no-control-regex -- control characters are what is being refused
  return text !== undefined && text.length > 0 && text.length <= 253 && !/[\0-\x1f\x7f]/.test(text)
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
