import module from 'node:module'
import { join } from 'node:path'
import { browserDataDir } from './hosts/data-dir.ts'

/** Entry point of the browser host. Little is loaded before the compile cache is on. */
async function main(): Promise<void> {
  // Node 22.1 and later; saves compiling the bundle again at each start.
  const { enableCompileCache } = module as { readonly enableCompileCache?: (folder: string) => unknown }
  enableCompileCache?.(join(browserDataDir(process.platform, process.env), 'code-cache'))

  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort())

  const [{ runBrowserHost }, { findBundle }, { systemClock }] = await Promise.all([
    import('./hosts/browser/run.ts'),
    import('./hosts/bundle.ts'),
    import('./talos/system-clock.ts'),
  ])
  process.exitCode = await runBrowserHost({
    args: process.argv.slice(2),
    env: process.env,
    bundle: findBundle(import.meta.dirname),
    clock: systemClock,
    createApp: async (host) => (await import('./app.ts')).createApp(host),
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
