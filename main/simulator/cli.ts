import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runSimulator } from './run-simulator.ts'

const end = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
})

// Whoever reads may have read enough, as `| head` does; the nodes go on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

runSimulator(process.argv.slice(2), {
  // Both dist/main/simulator.cjs and this file are two folders below what they need.
  installed: join(dirname(realpathSync(process.argv[1] ?? '.')), '..', '..'),
  end,
  print: (text) => process.stdout.write(text),
}).catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
