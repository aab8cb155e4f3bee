import { PLACEHOLDER, placeholderOf, type Vault } from '../placeholders.ts'
import type { KnownConfig } from '../review.ts'

/** Digits of a hash that stand behind the name of a secret of another configuration: `machine.token@1f0c2a9b`. */
const TAG_DIGITS = 8
const TAGGED = /^(.+)@([0-9a-f]{8})$/

export function tagOf(hash: string): string {
  return hash.slice(0, TAG_DIGITS)
}

/**
 * A configuration's text for a draft that is read against another's secrets: a placeholder that would stand for
 * something else there gets the tag of where it came from, so that nothing changes silently.
 */
export function distinctSecrets(
  config: KnownConfig,
  now: Vault,
  hash: string,
): { readonly text: string; readonly otherSecrets: number } {
  let otherSecrets = 0
  const text = config.config.text.replace(PLACEHOLDER, (whole, name: string) => {
    const own = config.vault.get(name)
    if (own === undefined || now.get(name)?.value === own.value) return whole
    otherSecrets++
    return placeholderOf(`${name}@${tagOf(hash)}`)
  })
  return { text, otherSecrets }
}

/** Tags that placeholders of a draft carry. */
export function tagsIn(text: string): ReadonlySet<string> {
  const tags = [...text.matchAll(PLACEHOLDER)].flatMap(([, name = '']) => TAGGED.exec(name)?.[2] ?? [])
  return new Set(tags)
}

/** The vault with every secret of another configuration under its tagged name. */
export function withTagged(vault: Vault, other: Vault, hash: string): Vault {
  const tagged = [...other].map(([name, entry]) => [`${name}@${tagOf(hash)}`, entry] as const)
  return new Map([...vault, ...tagged])
}
