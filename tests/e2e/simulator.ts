import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** A simulated cluster in a process of its own, as `npm run simulator` starts it. */
export interface RunningSimulator {
  readonly talosconfig: string
  readonly pid: number
  readonly paths: { readonly admin: string; readonly reader: string; readonly expired: string }
  stop(): Promise<void>
}

export async function startSimulator(args: readonly string[] = []): Promise<RunningSimulator> {
  const out = mkdtempSync(join(tmpdir(), 'ichor-cluster-'))
  const child = spawn(
    process.execPath,
    [join(root, 'dist/main/simulator.cjs'), '--out', out, '--speed', '20', ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (/ready/i.test(said)) resolve()
    })
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.once('exit', (code) => reject(new Error(`the simulator ended (${String(code)}):\n${said}`)))
  })
  const path = (suffix: string): string => join(out, `talosconfig${suffix}`)
  return {
    talosconfig: readFileSync(path(''), 'utf8'),
    pid: child.pid ?? 0,
    paths: { admin: path(''), reader: path('.reader'), expired: path('.expired') },
    async stop() {
      child.kill('SIGTERM')
      await gone
      rmSync(out, { recursive: true, force: true })
    },
  }
}
