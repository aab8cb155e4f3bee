import { createHash } from 'node:crypto'
import type { SimulatedRandom } from '../machine-api.ts'

const PAGE = 4096
const BOLT_MAGIC = 0xed0cdaed

/**
 * A file of the shape of an etcd snapshot: bbolt's two meta pages, data pages, and the SHA-256 of all that behind it,
 * so its size modulo 512 is 32 (behaviour.md §7.3). The pages hold no keys that could be restored.
 */
export function etcdSnapshot(random: SimulatedRandom, revision: number, pages = 256): Buffer {
  const body = Buffer.alloc(pages * PAGE)
  for (const page of [0, 1]) {
    const at = page * PAGE
    body.writeBigUInt64LE(BigInt(page), at)
    body.writeUInt16LE(4, at + 8)
    body.writeUInt32LE(BOLT_MAGIC, at + 16)
    body.writeUInt32LE(2, at + 20)
    body.writeUInt32LE(PAGE, at + 24)
    body.writeBigUInt64LE(3n, at + 32)
    body.writeBigUInt64LE(BigInt(pages), at + 56)
    body.writeBigUInt64LE(BigInt(revision + page), at + 64)
  }
  const filling = random.bytes(PAGE)
  for (let page = 2; page < pages; page++) {
    filling.copy(body, page * PAGE)
    body.writeBigUInt64LE(BigInt(page), page * PAGE)
  }
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}
