import { createPrivateKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import * as grpc from '@grpc/grpc-js'
import type { SelfTestReport } from '#contract/app.ts'
import { toStandardLabel } from '../domain/talosconfig/pem-label.ts'
import { openChannel } from './channel.ts'
import { loadProtos } from './load-protos.ts'
import {
  BORINGSSL_DEFAULT_SIGALGS,
  createClientContext,
  createServerCredentials,
  type ClientMaterial,
  type Sigalgs,
} from './secure-context.ts'
import { createThrowawayAuthority } from './throwaway-pki.ts'

type Check = SelfTestReport['checks'][number]
type Finding = Omit<Check, 'id'>

const LOOPBACK = '127.0.0.1'
const HANDSHAKE_TIMEOUT_MS = 3_000
const TAG = 'self-test'

/**
 * Proves in the very runtime the app is in that a node with Talos' certificates can be reached: real keys, a real
 * gRPC server on the loopback, our own client. Writes nothing and leaves nothing open.
 */
export async function runSelfTest(options: {
  readonly protosDir: string
  readonly now?: () => number
}): Promise<SelfTestReport> {
  const started = performance.now()
  const checks: Check[] = [
    { id: 'runtime', ...checkRuntime() },
    { id: 'ed25519-keys', ...attempt(checkKeys) },
  ]
  try {
    checks.push(...(await checkConnections(options.protosDir)))
  } catch (error) {
    // Not even the certificates could be made, or no port of the loopback opened.
    checks.push({ id: 'mtls-with-sigalgs', outcome: 'fail', found: wordsOf(error) })
  }
  return {
    ok: checks.every((check) => check.outcome !== 'fail'),
    runtime: runtimeNames()[0] ?? '',
    tookMs: Math.round(performance.now() - started),
    at: new Date(options.now?.() ?? Date.now()).toISOString(),
    checks,
  }
}

/** Electron first, where the app is in it, then its Node. */
function runtimeNames(): readonly string[] {
  const { electron, node } = process.versions as Record<string, string | undefined>
  return [...(electron === undefined ? [] : [`Electron ${electron}`]), `Node ${node ?? ''}`]
}

/** True in Electron. The type of `process.features` does not know it yet. */
function isBoringSsl(): boolean {
  return (process.features as unknown as Record<string, unknown>)['openssl_is_boringssl'] === true
}

function checkRuntime(): Finding {
  const library = isBoringSsl() ? 'BoringSSL' : `OpenSSL ${process.versions.openssl}`
  return {
    outcome: 'note',
    found: `${runtimeNames().join(', ')}, ${library}, ${process.platform} ${process.arch}`,
  }
}

function checkKeys(): Finding {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const message = Buffer.from('ichor')
  const holds = verify(null, message, publicKey, sign(null, message, privateKey))
  return holds
    ? { outcome: 'pass', found: 'made a key, signed and verified with it' }
    : { outcome: 'fail', found: 'its own signature does not verify' }
}

/** Talos' label is refused by every library, and the same key under the common label is taken. */
function checkLabel(material: ClientMaterial): Finding {
  const pem = material.key.reveal()
  let asWritten = 'taken as it is'
  try {
    createPrivateKey(pem)
  } catch (error) {
    asWritten = `refused (${codeOf(error)})`
  }
  createPrivateKey(toStandardLabel(pem))
  return { outcome: 'pass', found: `"ED25519 PRIVATE KEY" ${asWritten}, relabelled key read` }
}

async function checkConnections(protosDir: string): Promise<Check[]> {
  const authority = await createThrowawayAuthority()
  const node = await authority.issue({ commonName: 'self-test', addresses: [LOOPBACK] })
  const admin = await authority.issue({ organisations: ['os:admin'] })
  const withDefaults = await tryCall(protosDir, node, admin, 'runtime-default')
  const withOurs = await tryCall(protosDir, node, admin, 'talos')
  const withoutEd25519 = await tryCall(protosDir, node, admin, { list: BORINGSSL_DEFAULT_SIGALGS })
  return [
    { id: 'talos-pem-label', ...attempt(() => checkLabel(admin)) },
    {
      id: 'mtls-default-list',
      outcome: 'note',
      found: withDefaults.answered
        ? 'a Talos node answers even with the runtime’s own list'
        : `no Talos node answers with the runtime’s own list: ${withDefaults.words}`,
    },
    {
      id: 'mtls-with-sigalgs',
      outcome: withOurs.answered ? 'pass' : 'fail',
      found: withOurs.answered ? `answered in ${withOurs.words}` : withOurs.words,
    },
    {
      id: 'boringssl-list',
      // If this one answered, the proof above would prove nothing.
      outcome: withoutEd25519.answered ? 'fail' : 'pass',
      found: withoutEd25519.answered
        ? 'answered, although the list has no Ed25519'
        : `without Ed25519 in the list the handshake fails, as it must: ${withoutEd25519.words}`,
    },
  ]
}

/** One `Version` from our client to a server with Talos' kind of certificate; the client's algorithms vary. */
async function tryCall(
  protosDir: string,
  node: ClientMaterial,
  admin: ClientMaterial,
  sigalgs: Sigalgs,
): Promise<{ readonly answered: boolean; readonly words: string }> {
  const { machine } = loadProtos(protosDir)
  const server = new grpc.Server()
  server.addService(machine, {
    Version: (_: unknown, callback: grpc.sendUnaryData<unknown>) => {
      callback(null, { messages: [{ version: { tag: TAG } }] })
    },
  })
  const started = performance.now()
  try {
    const port = await listen(server, createServerCredentials(node))
    const channel = openChannel({ host: LOOPBACK, port }, createClientContext(admin, sigalgs))
    try {
      const { path, requestSerialize, responseDeserialize } = machine.Version
      const answer = await new Promise<string | undefined>((resolve, reject) => {
        const deadline = { deadline: Date.now() + HANDSHAKE_TIMEOUT_MS }
        channel.client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          {},
          deadline,
          (error, reply) => {
            if (error === null) resolve(reply?.messages[0]?.version?.tag)
            else reject(error)
          },
        )
      })
      const words = `${(performance.now() - started).toFixed(0)} ms`
      return answer === TAG
        ? { answered: true, words }
        : { answered: false, words: 'answered something else' }
    } finally {
      channel.close()
    }
  } catch (error) {
    return { answered: false, words: wordsOf(error) }
  } finally {
    server.forceShutdown()
  }
}

function listen(server: grpc.Server, credentials: grpc.ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${LOOPBACK}:0`, credentials, (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
}

function attempt(check: () => Finding): Finding {
  try {
    return check()
  } catch (error) {
    return { outcome: 'fail', found: wordsOf(error) }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'no code'
}

/** The first line, which is the library's own; made-up keys are all that could stand in it. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.split('\n')[0] ?? '').slice(0, 300)
}
