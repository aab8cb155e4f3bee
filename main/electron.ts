import module from 'node:module'
import * as electron from 'electron'
import { runElectronHost } from './hosts/electron/run.ts'
import { createDemoLauncher } from './demo-cluster.ts'
import { findBundle } from './hosts/bundle.ts'
import { systemClock } from './talos/system-clock.ts'

/** Entry point of the Electron host. What must happen before `ready` is imported statically; the app itself is not. */
module.enableCompileCache()
const bundle = findBundle(import.meta.dirname)
const launcher = createDemoLauncher(bundle)
if (process.argv.includes('--demo')) launcher.prepare()
runElectronHost({
  electron,
  args: process.argv.slice(1),
  bundle,
  clock: systemClock,
  createApp: async (host) => (await import('./app.ts')).createApp(host, launcher),
  devServer: process.env['ICHOR_DEV_SERVER'],
  onBug: (listener) => process.on('uncaughtExceptionMonitor', listener),
}).catch((error: unknown) => {
  process.stderr.write(
    `Ichor could not start: ${error instanceof Error ? error.message : 'unknown reason'}\n`,
  )
  electron.app.exit(1)
})
