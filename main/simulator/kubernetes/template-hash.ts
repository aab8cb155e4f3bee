import { createHash } from 'node:crypto'
import type { PodTemplate } from './objects.ts'

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const known = new WeakMap<PodTemplate, string>()

/** What tells the pods of one template from those of another: ten letters, as in the names of ReplicaSets. */
export function templateHash(template: PodTemplate): string {
  const found = known.get(template)
  if (found !== undefined) return found
  const bytes = createHash('sha256').update(JSON.stringify(template)).digest().subarray(0, 10)
  const hash = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join('')
  known.set(template, hash)
  return hash
}
