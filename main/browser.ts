import module from 'node:module'
import { join } from 'node:path'
import { createDemoLauncher } from './demo-cluster.ts'
import { findBundle } from './hosts/bundle.ts'
import { browserDataDir } from './hosts/data-dir.ts'

/** Entry point of the browser host. Little is loaded before the compile cache is on. */
async function main(): Promise<void> {
  // Node 22.1 and later; saves compiling the bundle again at each start.
  const { enableCompileCache } = module as { readonly enableCompileCache?: (folder: string) => unknown }
  enableCompileCache?.(join(browserDataDir(process.platform, process.env), 'code-cache'))

  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort())

  const bundle = findBundle(import.meta.dirname)
  const launcher = createDemoLauncher(bundle)
  // The nodes boot in their thread while this one loads the app.
  if (process.argv.includes('--demo')) launcher.prepare()

  const [{ runBrowserHost }, { systemClock }] = await Promise.all([
    import('./hosts/browser/run.ts'),
    import('./talos/system-clock.ts'),
  ])
  process.exitCode = await runBrowserHost({
    args: process.argv.slice(2),
    env: process.env,
    bundle,
    clock: systemClock,
    createApp: async (host) => (await import('./app.ts')).createApp(host, launcher),
    print: (line) => process.stdout.write(`${line}\n`),
    signal: stop.signal,
  })
  // A pipe of a dead node may hold the process for its whole timeout.
  process.exit()
}

main().catch((error: unknown) => {
  process.stderr.write(
    `Ichor could not start: ${error instanceof Error ? error.message : 'unknown reason'}\n`,
  )
  process.exitCode = 1
})
