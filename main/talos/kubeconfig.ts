import { createGunzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import type { KubeconfigPort } from '../domain/nodes/talos-port.ts'
import { Secret } from '../domain/secret.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import type { Caller } from './call.ts'
import type { TalosProtos } from './load-protos.ts'
import { bytesOf } from './reading.ts'

/** Bytes; one of Talos' is about 3 KiB. Whatever is larger is something else. */
const LARGEST = 1024 * 1024
const DEADLINE_MS = 30_000

/** The cluster's admin kubeconfig: a tar.gz with one file of that name (behaviour.md §7). */
export function createKubeconfigAccess(caller: Caller, { machine }: TalosProtos): KubeconfigPort {
  return {
    async kubeconfig(node, signal) {
      const chunks: Buffer[] = []
      let size = 0
      for await (const frame of caller.stream(
        node,
        machine.Kubeconfig,
        {},
        { signal, deadlineMs: DEADLINE_MS },
      )) {
        const bytes = bytesOf(frame, node)
        size += bytes.byteLength
        if (size > LARGEST)
          throw new TalosFailure('too-large', `The kubeconfig of ${node} is too large.`, { node })
        chunks.push(bytes)
      }
      try {
        return new Secret(await fileIn(Buffer.concat(chunks)))
      } catch (cause) {
        if (cause instanceof TalosFailure) throw cause
        throw new TalosFailure('node-error', `The kubeconfig of ${node} cannot be unpacked.`, { node, cause })
      }
    },
  }
}

async function fileIn(archive: Buffer): Promise<string> {
  const entries = Readable.from([archive]).pipe(createGunzip()).pipe(extract())
  for await (const entry of entries) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    if (entry.header.type === 'file' && /(^|\/)kubeconfig$/.test(entry.header.name)) {
      return Buffer.concat(chunks).toString('utf8')
    }
  }
  throw new Error('no file kubeconfig')
}
