import { createHash } from 'node:crypto'
import type { ContainerPlace } from './container-list.ts'
import { socketsOf } from './sockets.ts'

const ETHERNET = 1
const NANOSECOND_MAGIC = 0xa1b23c4d

/** Header of a pcap file as Talos writes it: little endian, times to the nanosecond, Ethernet frames. */
export function pcapHeader(snapLength: number): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(NANOSECOND_MAGIC, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(snapLength, 16)
  header.writeUInt32LE(ETHERNET, 20)
  return header
}

/** One frame in a pcap file, cut at `snapLength`. @param at milliseconds since 1970 */
export function pcapRecord(frame: Buffer, snapLength: number, at: number): Buffer {
  const captured = frame.subarray(0, snapLength)
  const header = Buffer.alloc(16)
  header.writeUInt32LE(Math.floor(at / 1000), 0)
  header.writeUInt32LE(Math.floor((at % 1000) * 1e6), 4)
  header.writeUInt32LE(captured.length, 8)
  header.writeUInt32LE(frame.length, 12)
  return Buffer.concat([header, captured])
}

/**
 * A segment of one of the machine's established connections, one after the other and in both directions; nothing when
 * it has none on that link.
 * @param number counts the frames of a capture
 */
export function nextFrame(
  place: ContainerPlace,
  isLoopback: boolean,
  hardwareAddress: string,
  number: number,
): Buffer | undefined {
  const connections = socketsOf(place).filter(
    ({ state, local }) => state === 'ESTABLISHED' && (local[0] === '127.0.0.1') === isLoopback,
  )
  const connection = connections[Math.floor(number / 2) % Math.max(1, connections.length)]
  if (!connection) return undefined
  const isReply = number % 2 === 1
  const [from, to] = isReply ? [connection.remote, connection.local] : [connection.local, connection.remote]
  const own = macBytes(isLoopback ? '00:00:00:00:00:00' : hardwareAddress)
  const other = isLoopback ? own : macOf(connection.remote[0])
  // A write of the one side, the bare acknowledgement of the other.
  const payload = isReply
    ? Buffer.alloc(0)
    : noise(`${connection.inode} ${number}`, 24 + ((number * 13) % 90))
  const sequence = 1000 + number * 64
  const segment = tcp(from, to, sequence, payload)
  return Buffer.concat([
    isReply ? own : other,
    isReply ? other : own,
    Buffer.from([0x08, 0x00]),
    ipv4(from[0], to[0], segment, number),
  ])
}

type End = readonly [address: string, port: number]

function tcp(from: End, to: End, sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt16BE(from[1], 0)
  header.writeUInt16BE(to[1], 2)
  header.writeUInt32BE(sequence, 4)
  header.writeUInt32BE(sequence + 1, 8)
  header.writeUInt8(0x50, 12)
  header.writeUInt8(payload.length > 0 ? 0x18 : 0x10, 13)
  header.writeUInt16BE(502, 14)
  const pseudo = Buffer.alloc(4)
  pseudo.writeUInt8(6, 1)
  pseudo.writeUInt16BE(header.length + payload.length, 2)
  header.writeUInt16BE(
    checksum(Buffer.concat([addressBytes(from[0]), addressBytes(to[0]), pseudo, header, payload])),
    16,
  )
  return Buffer.concat([header, payload])
}

function ipv4(from: string, to: string, body: Buffer, number: number): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt8(0x45, 0)
  header.writeUInt16BE(header.length + body.length, 2)
  header.writeUInt16BE(number & 0xffff, 4)
  header.writeUInt16BE(0x4000, 6)
  header.writeUInt8(64, 8)
  header.writeUInt8(6, 9)
  addressBytes(from).copy(header, 12)
  addressBytes(to).copy(header, 16)
  header.writeUInt16BE(checksum(header), 10)
  return Buffer.concat([header, body])
}

/** The Internet checksum. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}

function addressBytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number))
}

function macBytes(address: string): Buffer {
  return Buffer.from(address.split(':').map((part) => Number.parseInt(part, 16)))
}

/** The same for a peer every time. */
function macOf(address: string): Buffer {
  return Buffer.concat([Buffer.from([0xe8, 0x6a, 0x64]), noise(address, 3)])
}

function noise(seed: string, length: number): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; at * 32 < length; at += 1)
    blocks.push(createHash('sha256').update(`${seed} ${at}`).digest())
  return Buffer.concat(blocks).subarray(0, length)
}
