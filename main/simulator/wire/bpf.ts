import type { BPFInstruction__Output } from '../../talos/generated/machine/BPFInstruction.ts'

/** A filter as the kernel takes it: classic BPF, at most that many instructions. */
const LIMIT = 4096

/** The three low bits of an operation. */
const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jump: 5, ret: 6, misc: 7 } as const

/** @throws in Talos' words when the kernel would refuse it: too long, a jump out of it, no return at its end */
export function checkFilter(filter: readonly BPFInstruction__Output[]): void {
  if (filter.length === 0) return
  const jumpsOut = filter.some(({ op, jt, jf, k }, at) => {
    if ((op & 7) !== CLASS.jump) return false
    const far = (op & 0xf0) === 0 ? k : Math.max(jt, jf)
    return at + 1 + far >= filter.length
  })
  const ends = ((filter.at(-1)?.op ?? 0) & 7) === CLASS.ret
  if (filter.length > LIMIT || jumpsOut || !ends)
    throw new Error('error setting BPF filter: setsockopt: invalid argument')
}

/** Whether a frame is let through; without a filter every one is. Reads beyond the frame refuse it. */
export function passes(filter: readonly BPFInstruction__Output[], frame: Buffer): boolean {
  if (filter.length === 0) return true
  const memory = new Array<number>(16).fill(0)
  let a = 0
  let x = 0
  for (let at = 0; at < filter.length; at += 1) {
    const { op = 0, jt = 0, jf = 0, k = 0 } = filter[at] ?? {}
    const operand = (op & 8) === 0 ? k : x
    switch (op & 7) {
      case CLASS.ld: {
        const value = load(op, k, x, frame, memory)
        if (value === undefined) return false
        a = value
        break
      }
      case CLASS.ldx: {
        const value = loadIndex(op, k, frame, memory)
        if (value === undefined) return false
        x = value
        break
      }
      case CLASS.st:
        memory[k] = a
        break
      case CLASS.stx:
        memory[k] = x
        break
      case CLASS.alu:
        if (operand === 0 && [0x30, 0x90].includes(op & 0xf0)) return false
        a = calculate(op & 0xf0, a, operand)
        break
      case CLASS.jump:
        at += (op & 0xf0) === 0 ? k : holds(op & 0xf0, a, operand) ? jt : jf
        break
      case CLASS.ret:
        return ((op & 0x18) === 0x10 ? a : k) !== 0
      default:
        if ((op & 0xf8) === 0) x = a
        else a = x
    }
  }
  return false
}

function load(
  op: number,
  k: number,
  x: number,
  frame: Buffer,
  memory: readonly number[],
): number | undefined {
  switch (op & 0xe0) {
    case 0x00:
      return k
    case 0x20:
      return read(frame, k, op & 0x18)
    case 0x40:
      return read(frame, x + k, op & 0x18)
    case 0x60:
      return memory[k]
    default:
      return frame.length
  }
}

function loadIndex(op: number, k: number, frame: Buffer, memory: readonly number[]): number | undefined {
  switch (op & 0xe0) {
    case 0x00:
      return k
    case 0x60:
      return memory[k]
    case 0xa0: {
      const first = frame[k]
      return first === undefined ? undefined : 4 * (first & 0xf)
    }
    default:
      return frame.length
  }
}

/** @param width 0 for four bytes, 8 for two, 16 for one */
function read(frame: Buffer, offset: number, width: number): number | undefined {
  const bytes = width === 0 ? 4 : width === 8 ? 2 : 1
  return offset >= 0 && offset + bytes <= frame.length ? frame.readUIntBE(offset, bytes) : undefined
}

function calculate(operation: number, a: number, by: number): number {
  switch (operation) {
    case 0x00:
      return (a + by) >>> 0
    case 0x10:
      return (a - by) >>> 0
    case 0x20:
      return Math.imul(a, by) >>> 0
    case 0x30:
      return Math.floor(a / by)
    case 0x40:
      return (a | by) >>> 0
    case 0x50:
      return (a & by) >>> 0
    case 0x60:
      return (a << by) >>> 0
    case 0x70:
      return a >>> by
    case 0x80:
      return -a >>> 0
    case 0x90:
      return a % by
    default:
      return (a ^ by) >>> 0
  }
}

function holds(comparison: number, a: number, by: number): boolean {
  switch (comparison) {
    case 0x10:
      return a === by
    case 0x20:
      return a > by
    case 0x30:
      return a >= by
    default:
      return (a & by) !== 0
  }
}
