import { Secret } from '../domain/secret.ts'

/** Names whose value is a secret wherever it stands, in the spelling of talosconfig, MachineConfig and our own calls. */
const SECRET_NAME =
  /^(?:.*(?:secret|token|password|passphrase|privatekey|encryptionsecret|encryptionkey)|key|keys|crt|cert|ca|auth|authorization|cookie|credentials|base64|text)$/i
const DEEPEST = 6
const LONGEST = 4000

const TEXT_RULES: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/[^\s/@:"']*:)[^\s/@"']+(?=@)/g, '$1[secret]'],
  [/(\btalos\.config\.(?:inline|early)=)[^\s"']+/g, '$1[secret]'],
  [/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g, '[pem]'],
  // A line of a YAML or JSON text: the name stays, the value goes.
  [
    /(["']?\b\w*(?:secret|token|password|passphrase)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s,&}\]]+)/gi,
    '$1[secret]',
  ],
  [/((?:^|[\s{,])["']?(?:key|crt|ca)["']?\s*:\s+)(?:"[^"]*"|'[^']*'|[^\s,}\]]+)/gim, '$1[secret]'],
  // Bootstrap and trustd tokens: `abcdef.0123456789abcdef`.
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, '[token]'],
  // Base64 of 32 bytes (secretbox keys, cluster secrets); the hash of a public key is no secret.
  [/(?<!SHA256:|[\w+/])[A-Za-z0-9+/]{43}=(?![\w=])/g, '[base64]'],
  [/(?<![\w+/])(?:[A-Za-z0-9+/_-]{80,}={0,2})/g, '[base64]'],
]

/** Takes out of a text what must not be in a log. */
export function redactText(text: string): string {
  let result = text
  for (const [pattern, instead] of TEXT_RULES) result = result.replace(pattern, instead)
  return result.length > LONGEST ? `${result.slice(0, LONGEST)}… (${text.length} characters)` : result
}

/** A copy fit for a log: plain data, no secrets, not too deep, errors with stack and cause. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Secret) return '[secret]'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Date) return value.toISOString()
  if (depth >= DEEPEST) return '[deeper]'
  if (value instanceof Error) return redactError(value, depth)
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1))
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(
    entries.map(([name, item]: [unknown, unknown]) => {
      const text = String(name)
      const hidden = SECRET_NAME.test(text) && item !== undefined && typeof item !== 'boolean'
      return [text, hidden ? '[secret]' : redact(item, depth + 1)]
    }),
  )
}

function redactError(error: Error, depth: number): unknown {
  const code = 'code' in error && ['string', 'number'].includes(typeof error.code) ? error.code : undefined
  return {
    name: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  }
}
