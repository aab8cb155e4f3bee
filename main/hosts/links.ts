import { TalosFailure } from '../domain/talos-failure.ts'

/** Documentation the app points at; nothing else is ever opened from it. */
const LINK_HOSTS: ReadonlySet<string> = new Set([
  'www.talos.dev',
  'talos.dev',
  'docs.siderolabs.com',
  'factory.talos.dev',
  'github.com',
  'kubernetes.io',
  'etcd.io',
])

/** The link as it may be opened: https, no port, no user, a host on our list. Throws `refused` for any other. */
export function allowedLink(text: string): string {
  let url: URL | undefined
  try {
    url = new URL(text)
  } catch {
    url = undefined
  }
  const fine =
    url?.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    LINK_HOSTS.has(url.hostname)
  if (url === undefined || !fine) throw new TalosFailure('refused', 'Ichor opens documentation pages only.')
  return url.href
}
