import { createHash } from 'node:crypto'
import type { SimulatedRandom } from '../machine-api.ts'

const PAGE = 4096
const PAGE_HEADER = 16
const ELEMENT = 16
const BOLT_MAGIC = 0xed0cdaed
const META_SIZE = 56
const Flag = { leaf: 0x02, meta: 0x04, freelist: 0x10 } as const
const BUCKET = 1

type Entry = readonly [key: Buffer, value: Buffer]

/**
 * An etcd snapshot: a bbolt database and the SHA-256 of it behind it, so its size modulo 512 is 32 (behaviour.md §7.3).
 * It opens and passes its own check, and it holds one key: the simulated etcd keeps none that could be restored.
 */
export function etcdSnapshot(random: SimulatedRandom, revision: number, pages = 256): Buffer {
  const [freelist, root] = [2, 3]
  const body = Buffer.alloc(pages * PAGE)
  for (const page of [0, 1])
    metaPage(page, { freelist, root, pages, transaction: revision + page }).copy(body, page * PAGE)
  const free = Array.from({ length: pages - root - 1 }, (_none, at) => root + 1 + at)
  freelistPage(freelist, free).copy(body, freelist * PAGE)
  leafPage(root, bucketsAt(random, revision)).copy(body, root * PAGE)
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}

/** etcd's buckets, in the order of their names. */
function bucketsAt(random: SimulatedRandom, revision: number): readonly Entry[] {
  const text = (name: string): Buffer => Buffer.from(name)
  return [
    ...['alarm', 'auth', 'authRoles', 'authUsers', 'cluster'].map((name): Entry => [text(name), inline([])]),
    [text('key'), inline([[revisionKey(revision), keyValue(revision, random.bytes(16))]])],
    ...['lease', 'members', 'members_removed'].map((name): Entry => [text(name), inline([])]),
    [
      text('meta'),
      inline([
        [text('consistent_index'), bigEndian(revision)],
        [text('term'), bigEndian(2)],
      ]),
    ],
  ]
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

/** `main_sub`, as etcd orders revisions. */
function revisionKey(revision: number): Buffer {
  return Buffer.concat([bigEndian(revision), Buffer.from('_'), bigEndian(0)])
}

/** mvccpb.KeyValue: key 1, create_revision 2, mod_revision 3, version 4, value 5. */
function keyValue(revision: number, value: Buffer): Buffer {
  const key = Buffer.from('compact_rev_key')
  return Buffer.concat([
    Buffer.from([0x0a, key.length]),
    key,
    Buffer.from([0x10, 1, 0x18, ...varint(revision), 0x20, 1, 0x2a, value.length]),
    value,
  ])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left]
    bytes.push((left % 128) + 128)
  }
}

/** A bucket small enough to live in its parent: root 0, sequence 0, then a page of its own. */
function inline(entries: readonly Entry[]): Buffer {
  return Buffer.concat([Buffer.alloc(16), leaf(0, entries, 0)])
}

function leafPage(id: number, buckets: readonly Entry[]): Buffer {
  return leaf(id, buckets, BUCKET)
}

function leaf(id: number, entries: readonly Entry[], flags: number): Buffer {
  const table = Buffer.alloc(entries.length * ELEMENT)
  let position = table.length
  for (const [at, [key, value]] of entries.entries()) {
    const element = at * ELEMENT
    table.writeUInt32LE(flags, element)
    table.writeUInt32LE(position - element, element + 4)
    table.writeUInt32LE(key.length, element + 8)
    table.writeUInt32LE(value.length, element + 12)
    position += key.length + value.length
  }
  return Buffer.concat([pageHeader(id, Flag.leaf, entries.length), table, ...entries.flat()])
}

function freelistPage(id: number, free: readonly number[]): Buffer {
  const ids = Buffer.alloc(free.length * 8)
  for (const [at, page] of free.entries()) ids.writeBigUInt64LE(BigInt(page), at * 8)
  return Buffer.concat([pageHeader(id, Flag.freelist, free.length), ids])
}

function metaPage(
  id: number,
  facts: {
    readonly freelist: number
    readonly root: number
    readonly pages: number
    readonly transaction: number
  },
): Buffer {
  const meta = Buffer.alloc(META_SIZE + 8)
  meta.writeUInt32LE(BOLT_MAGIC, 0)
  meta.writeUInt32LE(2, 4)
  meta.writeUInt32LE(PAGE, 8)
  meta.writeBigUInt64LE(BigInt(facts.root), 16)
  meta.writeBigUInt64LE(BigInt(facts.freelist), 32)
  meta.writeBigUInt64LE(BigInt(facts.pages), 40)
  meta.writeBigUInt64LE(BigInt(facts.transaction), 48)
  meta.writeBigUInt64LE(fnv64a(meta.subarray(0, META_SIZE)), META_SIZE)
  return Buffer.concat([pageHeader(id, Flag.meta, 0), meta])
}

function pageHeader(id: number, flags: number, count: number): Buffer {
  const header = Buffer.alloc(PAGE_HEADER)
  header.writeBigUInt64LE(BigInt(id), 0)
  header.writeUInt16LE(flags, 8)
  header.writeUInt16LE(count, 10)
  return header
}

function fnv64a(bytes: Buffer): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash
}
