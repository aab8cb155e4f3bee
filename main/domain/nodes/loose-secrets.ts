/**
 * Secrets that stand in texts which are no fields of their own: kernel command lines, addresses, environment
 * variables, lines of a log (behaviour.md §4.7, §4.8). What looks like one is taken for one.
 */
export interface LooseSecret {
  readonly from: number
  readonly to: number
}

const NAMES =
  'TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|AUTH_?KEY|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?'

/** Each has one group, the value. */
const PATTERNS: readonly RegExp[] = [
  // https://user:password@host
  /:\/\/[^\s/@:"'«]*:([^\s/@"'«]+)@/dg,
  // ?jointoken=… of SideroLink, and what other addresses carry.
  /[?&](?:jointoken|join_token|token|access_token|auth|apikey|api_key|secret|password|sig|signature|X-Amz-(?:Signature|Credential|Security-Token))=([^&\s"'#«]+)/dgi,
  // A whole configuration, packed into one argument.
  /\btalos\.config\.(?:inline|early)=([^\s"'«]+)/dg,
  /\btalos\.config\.oauth\.client_secret=([^\s"'«]+)/dg,
  // NAME=value, alone on its line, in a list or among arguments.
  new RegExp(
    String.raw`(?:^|[\s"',])[A-Z0-9_]*(?:${NAMES})[A-Z0-9_]*=([^\s"'«][^\n"'«]*?)(?=["']?[ \t]*\r?$|["'] |\s[A-Z0-9_]+=)`,
    'dgm',
  ),
  // {NAME: value}
  new RegExp(
    String.raw`[{,][ \t]*["']?[A-Z0-9_]*(?:${NAMES})[A-Z0-9_]*["']?:[ \t]+["']?([^\s"',}«][^"',}\n«]*)`,
    'dgm',
  ),
  // NAME: value, as the variables of a document have it.
  new RegExp(
    String.raw`^[ \t]+["']?[A-Z0-9_]*(?:${NAMES})[A-Z0-9_]*["']?:[ \t]+["']?([^\s"'«][^\n"'«]*?)(?=["']?[ \t]*(?: #[^\n]*)?\r?$)`,
    'dgm',
  ),
]

const WORTH_LOOKING = new RegExp(
  String.raw`://|talos\.config|${NAMES}|[?&](?:token|jointoken|secret|sig|auth)`,
  'i',
)
const CONFIG_URL = /\btalos\.config=(\S+)/dg
/** Any parameter of that address may be one; those that the node fills in are none. */
const PARAMETER = /[?&][^=&\s]+=(?!\$\{|\$%7[Bb])([^&\s"'«]+)/dg

/** In the order of the text, none inside another. */
export function findLooseSecrets(text: string): readonly LooseSecret[] {
  if (!WORTH_LOOKING.test(text)) return []
  const found: LooseSecret[] = []
  const put = (match: RegExpMatchArray, offset: number): void => {
    const [from, to] = match.indices?.[1] ?? [0, 0]
    if (to > from) found.push({ from: from + offset, to: to + offset })
  }
  for (const pattern of PATTERNS) for (const match of text.matchAll(pattern)) put(match, 0)
  for (const match of text.matchAll(CONFIG_URL)) {
    const [start] = match.indices?.[1] ?? [0]
    for (const parameter of (match[1] ?? '').matchAll(PARAMETER)) put(parameter, start)
  }
  found.sort((a, b) => a.from - b.from || b.to - a.to)
  let end = 0
  return found.filter(({ from, to }) => from >= end && (end = to) > 0)
}

/** The text with a mark in place of each. */
export function hideLooseSecrets(text: string): string {
  let result = ''
  let done = 0
  for (const { from, to } of findLooseSecrets(text)) {
    result += `${text.slice(done, from)}«secret»`
    done = to
  }
  return result + text.slice(done)
}
