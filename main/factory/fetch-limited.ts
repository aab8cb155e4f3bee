import { TalosFailure } from '../domain/talos-failure.ts'

export interface Ask {
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds for everything, the body included. */
  readonly within: number
  /** Bytes of the body that are taken at most. */
  readonly limit: number
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Too late: told apart from nobody being there. */
export class TooLate extends TalosFailure {
  readonly late = true
}

/**
 * One HTTP request to somebody outside, who may be slow, down or lying. Redirects are not followed: they come back as
 * they are.
 * @throws TalosFailure `factory-unreachable` without an answer in time, `factory-answer` for one that is too large
 */
export async function fetchLimited(url: string, ask: Ask): Promise<Answer> {
  const host = hostOf(url)
  const late = AbortSignal.timeout(ask.within)
  try {
    const response = await fetch(url, {
      method: ask.method ?? 'GET',
      redirect: 'manual',
      headers: { 'User-Agent': 'Ichor', ...ask.headers },
      ...(ask.body === undefined ? {} : { body: ask.body }),
      signal: AbortSignal.any([ask.signal, late]),
    })
    return {
      status: response.status,
      headers: response.headers,
      body: await bodyOf(response, host, ask.limit),
    }
  } catch (error) {
    if (error instanceof TalosFailure) throw error
    if (ask.signal.aborted) throw new TalosFailure('cancelled', `The call to ${host} was cancelled.`)
    if (late.aborted) {
      throw new TooLate('factory-unreachable', `${host} did not answer within ${ask.within / 1000} s.`)
    }
    throw new TalosFailure('factory-unreachable', `${host} cannot be reached: ${reasonOf(error)}.`, {
      cause: error,
    })
  }
}

async function bodyOf(response: Response, host: string, limit: number): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > limit) {
      throw new TalosFailure(
        'factory-answer',
        `${host} answered with more than ${Math.round(limit / 1024)} KiB.`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

/** Of fetch, the reason lies in the cause: `ECONNREFUSED`, `ENOTFOUND`, a certificate's. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  for (const one of [cause, error]) {
    if (one instanceof Error && 'code' in one && typeof one.code === 'string') return one.code
  }
  if (cause instanceof Error && cause.message !== '') return cause.message
  return error instanceof Error ? error.message : 'unknown reason'
}
