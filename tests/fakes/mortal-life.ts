import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { createInterface } from 'node:readline'
import { build } from 'vite'
import type { MortalOrders, MortalWord } from './mortal-app.ts'
import type { MortalTask } from './mortal-task.ts'

/** One life of the app as a process of its own. */
export interface Life {
  readonly process: ChildProcess
  readonly words: readonly MortalWord[]
  /** Lets it go on after `seen`. */
  goOn(): void
  /** Waits for a word of that kind; rejects when the process is gone before it said one. */
  until<K extends MortalWord['kind']>(kind: K): Promise<Extract<MortalWord, { readonly kind: K }>>
  /** Resolves when the process is gone; rejects when it ended by a failure of its own. */
  readonly over: Promise<void>
}

/** Where lives come from: the app built once, one data folder that each leaves to the next. */
export interface Cradle extends AsyncDisposable {
  readonly dataDir: string
  bear(orders: { readonly settles: boolean; readonly task?: MortalTask }): Life
}

export async function createCradle(talosconfig: string): Promise<Cradle> {
  const root = join(import.meta.dirname, '..', '..')
  // Two folders below the root, as the sources are: they find protos and resources from where they lie.
  await mkdir(join(root, 'test-results'), { recursive: true })
  const workshop = await mkdtemp(join(root, 'test-results', 'mortal-'))
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    resolve: { conditions: ['node', 'import', 'module', 'default'] },
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: workshop,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input: { mortal: join(import.meta.dirname, 'mortal-app.ts') },
        external: [...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
        output: { format: 'esm', strictExecutionOrder: true, entryFileNames: '[name].mjs' },
      },
    },
  })
  const dataDir = join(workshop, 'data')
  await mkdir(dataDir)
  const talosconfigFile = join(workshop, 'talosconfig')
  await writeFile(talosconfigFile, talosconfig)
  const lives = new Set<ChildProcess>()

  /** Loads the app and waits for orders. */
  function conceive(): ChildProcessByStdio<Writable, Readable, Readable> {
    const child = spawn(process.execPath, [join(workshop, 'mortal.mjs')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: root,
    })
    lives.add(child)
    return child
  }
  // The next one loads while the one before it lives.
  let unborn = conceive()

  function bear(given: { readonly settles: boolean; readonly task?: MortalTask }): Life {
    const orders: MortalOrders = { ...given, dataDir, talosconfigFile }
    const child = unborn
    unborn = conceive()
    child.stdin.write(`${JSON.stringify(orders)}\n`)
    let complaints = ''
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    // Killed while a line is on its way to it: nobody reads that any more.
    child.stdin.on('error', () => undefined)
    const words: MortalWord[] = []
    const waiting = new Set<() => void>()
    createInterface(child.stdout).on('line', (line) => {
      words.push(JSON.parse(line) as MortalWord)
      for (const look of [...waiting]) look()
    })
    const over = once(child, 'close').then(([code]: unknown[]) => {
      lives.delete(child)
      if (code !== 0 && code !== null) throw new Error(`the app ended by itself:\n${complaints}`)
    })
    return {
      process: child,
      words,
      over,
      goOn: () => child.stdin.write('\n'),
      until: <K extends MortalWord['kind']>(kind: K) =>
        new Promise<Extract<MortalWord, { readonly kind: K }>>((resolve, reject) => {
          function look(): void {
            const found = words.find((word) => word.kind === kind)
            if (found === undefined) return
            waiting.delete(look)
            resolve(found as Extract<MortalWord, { readonly kind: K }>)
          }
          waiting.add(look)
          look()
          over.then(() => reject(new Error(`it was gone before it said "${kind}"`)), reject)
        }),
    }
  }

  return {
    dataDir,
    bear,
    async [Symbol.asyncDispose]() {
      for (const child of lives) child.kill('SIGKILL')
      await rm(workshop, { recursive: true })
    },
  }
}
