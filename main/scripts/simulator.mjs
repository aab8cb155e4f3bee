import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildApp, root } from './build-app.mjs'

/** `npm run simulator`: the simulated cluster alone, for talosctl or a second Ichor to talk to. */
try {
  await buildApp()
  const child = spawn(
    process.execPath,
    [join(root, 'dist', 'main', 'simulator.cjs'), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  )
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => child.kill(name))
  child.once('exit', (code) => (process.exitCode = code ?? 0))
} catch (error) {
  console.error(`The simulator could not be started: ${error.message}`)
  process.exitCode = 1
}
