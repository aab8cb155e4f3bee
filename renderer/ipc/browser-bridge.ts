import type {
  Bridge,
  MessageToMain,
  MessageToRenderer,
  MethodName,
  SessionAnswer,
  StreamFrame,
  StreamName,
} from '#contract/bridge.ts'
import { methodNames, SOCKET_CLOSED, streamNames } from '#contract/bridge.ts'
import type { WireError } from '#contract/wire-error.ts'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5_000
/** A reload starts over; after this many tries in a row calls are answered instead of waiting longer. */
const PATIENT_TRIES = 4

/** What the bridge needs of the page; a test gives its own. */
export interface Page {
  /** `#token=…` of the launch link; the bridge takes it out of the address at once. */
  readonly takeToken: () => string | undefined
  readonly openSession: (token: string | undefined) => Promise<SessionAnswer>
  readonly openSocket: () => WebSocket
  readonly wait: (milliseconds: number) => Promise<void>
}

type Link =
  | { readonly kind: 'opening'; readonly tries: number }
  | { readonly kind: 'open'; readonly socket: WebSocket }
  /** Refused or taken over: nothing will change until the page is loaded again. */
  | { readonly kind: 'shut'; readonly error: WireError }

/**
 * `window.talos` for the browser host: the contract over one WebSocket. A drop answers what was running with
 * `interrupted` and connects again; what is called meanwhile waits for the connection.
 */
export function createBrowserBridge(page: Page = browserPage()): Bridge {
  const calls = new Map<string, (result: unknown) => void>()
  const streams = new Map<string, (frame: StreamFrame) => void>()
  const waiting: MessageToMain[] = []
  let link: Link = { kind: 'opening', tries: 0 }
  let token = page.takeToken()

  function send(message: MessageToMain): void {
    if (link.kind === 'open') link.socket.send(JSON.stringify(message))
    else if (link.kind === 'shut') fail(message.id, link.error)
    else if (link.tries < PATIENT_TRIES) waiting.push(message)
    else fail(message.id, LOST)
  }

  function fail(id: string, error: WireError): void {
    calls.get(id)?.({ ok: false, error })
    calls.delete(id)
    const onFrame = streams.get(id)
    streams.delete(id)
    onFrame?.({ kind: 'failed', error })
  }

  function failAll(error: WireError): void {
    waiting.length = 0
    for (const id of [...calls.keys(), ...streams.keys()]) fail(id, error)
  }

  function shut(error: WireError): void {
    link = { kind: 'shut', error }
    failAll(error)
  }

  async function connect(tries: number): Promise<void> {
    link = { kind: 'opening', tries }
    if (tries === PATIENT_TRIES) failAll(LOST)
    if (tries > 0) await page.wait(Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS))
    let answer: SessionAnswer
    try {
      answer = await page.openSession(token)
    } catch {
      return connect(tries + 1)
    }
    token = undefined
    if (!answer.ok) {
      shut(answer.error)
      return
    }
    const socket = page.openSocket()
    socket.onopen = () => {
      link = { kind: 'open', socket }
      for (const message of waiting.splice(0)) send(message)
    }
    socket.onmessage = (event: MessageEvent<string>) => {
      receive(JSON.parse(event.data) as MessageToRenderer)
    }
    socket.onclose = ({ code }) => {
      if (code === SOCKET_CLOSED.takenOver) shut(TAKEN)
      else if (code === SOCKET_CLOSED.ended) shut(ENDED)
      else {
        const wasOpen = link.kind === 'open'
        if (wasOpen) failAll(LOST)
        void connect(wasOpen ? 1 : tries + 1)
      }
    }
  }

  function receive(message: MessageToRenderer): void {
    if (message.kind === 'answer') {
      const answer = calls.get(message.id)
      calls.delete(message.id)
      answer?.(message.result)
      return
    }
    const onFrame = streams.get(message.id)
    if (message.frame.kind === 'end' || message.frame.kind === 'failed') streams.delete(message.id)
    onFrame?.(message.frame)
  }

  const invoke = (name: MethodName) => (id: string, input: unknown) =>
    new Promise<unknown>((resolve) => {
      calls.set(id, resolve)
      send({ kind: 'call', id, name, input })
    })
  const open = (name: StreamName) => (id: string, input: unknown, onFrame: (frame: StreamFrame) => void) => {
    streams.set(id, onFrame)
    send({ kind: 'open', id, name, input })
  }

  void connect(0)
  return {
    invoke: byName(methodNames, invoke),
    open: byName(streamNames, open),
    cancel: (id) => {
      streams.delete(id)
      const queued = waiting.findIndex((message) => message.id === id)
      if (queued === -1) {
        if (link.kind === 'open') send({ kind: 'cancel', id })
        return
      }
      waiting.splice(queued, 1)
      fail(id, CANCELLED)
    },
    credit: (id, frames) => {
      if (link.kind === 'open') send({ kind: 'credit', id, frames })
    },
  }
}

function byName<K extends string, T>(names: readonly K[], make: (name: K) => T): Readonly<Record<K, T>> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, T>
}

const LOST: WireError = {
  code: 'interrupted',
  message: 'The connection to Ichor was lost.',
  retryable: true,
  remedy: 'retry',
}
const ENDED: WireError = {
  code: 'interrupted',
  message: 'Ichor has ended. Start it again from its terminal.',
  retryable: false,
}
const TAKEN: WireError = {
  code: 'session-taken',
  message: 'Ichor was opened in another window, which has taken over from this one.',
  retryable: true,
  remedy: 'close-other-window',
}
const CANCELLED: WireError = { code: 'cancelled', message: 'The call was cancelled.', retryable: true }

function browserPage(): Page {
  return {
    takeToken() {
      const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined
      // Out of the address bar and the history before anything else can see it.
      if (token !== undefined) history.replaceState(undefined, '', location.pathname)
      return token
    },
    async openSession(token) {
      const response = await fetch('/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(token === undefined ? {} : { token }),
      })
      return (await response.json()) as SessionAnswer
    },
    openSocket: () => new WebSocket(`ws://${location.host}/socket`),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  }
}
