import { timingSafeEqual } from 'node:crypto'
import type { SessionAnswer } from '#contract/bridge.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import { TalosFailure, toWireError } from '../../domain/talos-failure.ts'
import type { LaunchTokens } from './launch-tokens.ts'
import { createSecretText, hashOf } from './launch-tokens.ts'

/** How long the process outlives its last window. */
const LINGER_MS = 30_000

interface Admission {
  readonly answer: SessionAnswer
  /** Present when the page gets a new cookie. */
  readonly cookie?: string
}

export interface Sessions {
  /** What `POST /session` answers: a token gets a cookie, a page that has the cookie already may come in again. */
  admit(token: string | undefined, cookie: string | undefined): Admission
  holds(cookie: string | undefined): boolean
  /** Whether a window is open now. */
  isAttended(): boolean
  /** A window came. The one before, of the same browser, is told to go. */
  attach(window: { readonly takeOver: () => void }): { readonly detach: () => void }
}

/**
 * One browser at a time. A second one is told so; the first one's reload or second tab takes over from itself.
 * `onDeserted` is called `LINGER_MS` after the last window went.
 */
export function createSessions(tokens: LaunchTokens, clock: ClockPort, onDeserted: () => void): Sessions {
  let holder: Buffer | undefined
  let attached: { readonly takeOver: () => void } | undefined
  let lingering: AbortController | undefined

  const holds = (cookie: string | undefined): boolean =>
    cookie !== undefined && holder !== undefined && timingSafeEqual(hashOf(cookie), holder)

  return {
    holds,
    isAttended: () => attached !== undefined,
    admit(token, cookie) {
      if (holds(cookie)) return { answer: { ok: true } }
      if (attached !== undefined) return refuse('session-taken', 'Ichor is open in another browser window.')
      if (token === undefined || !tokens.redeem(token)) {
        return refuse(
          'untrusted-caller',
          'This link was used already or is older than a minute. Open the link that Ichor prints in its terminal.',
        )
      }
      const fresh = createSecretText()
      holder = hashOf(fresh)
      return { answer: { ok: true }, cookie: fresh }
    },
    attach(window) {
      lingering?.abort()
      attached?.takeOver()
      attached = window
      return {
        detach: () => {
          if (attached !== window) return
          attached = undefined
          lingering = new AbortController()
          clock.sleep(LINGER_MS, lingering.signal).then(onDeserted, () => undefined)
        },
      }
    },
  }
}

function refuse(code: 'session-taken' | 'untrusted-caller', message: string): Admission {
  return { answer: { ok: false, error: toWireError(new TalosFailure(code, message)) } }
}
