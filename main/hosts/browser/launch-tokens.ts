import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ClockPort } from '../../domain/clock-port.ts'

/** A link that lies about in a terminal is good for this long. */
const TOKEN_LIFETIME_MS = 60_000

export interface LaunchTokens {
  /** 256 random bits. Issuing one ends the one before. */
  issue(): string
  /** True once, for the token issued last, within its minute. */
  redeem(token: string): boolean
}

export function createLaunchTokens(clock: ClockPort): LaunchTokens {
  let current: { readonly hash: Buffer; readonly until: number } | undefined
  return {
    issue() {
      const token = createSecretText()
      current = { hash: hashOf(token), until: clock.now() + TOKEN_LIFETIME_MS }
      return token
    },
    redeem(token) {
      const good =
        current !== undefined && clock.now() < current.until && timingSafeEqual(hashOf(token), current.hash)
      if (good) current = undefined
      return good
    },
  }
}

export function createSecretText(): string {
  return randomBytes(32).toString('base64url')
}

/** Comparing hashes keeps the comparison's time free of what was guessed right. */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
