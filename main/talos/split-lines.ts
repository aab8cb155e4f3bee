/** Puts chunks that end anywhere, also inside a character, together to whole lines. */
export interface LineSplitter {
  /** Lines that this chunk completed, without their newline. */
  push(chunk: Uint8Array): readonly string[]
  /** What is left when the stream ends, if it is anything. */
  end(): readonly string[]
}

export function createLineSplitter(): LineSplitter {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  const take = (text: string): readonly string[] => {
    const pieces = (rest + text).split('\n')
    rest = pieces.pop() ?? ''
    return pieces.map(withoutReturn)
  }
  return {
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end() {
      const lines = take(decoder.decode())
      const last = rest
      rest = ''
      return last === '' ? lines : [...lines, withoutReturn(last)]
    },
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
