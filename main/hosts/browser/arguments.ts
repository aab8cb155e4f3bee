import { parseArgs } from 'node:util'

export interface BrowserArguments {
  /** Start the simulated cluster and open on it. */
  readonly demo: boolean
  /** Go on after the last window was closed. */
  readonly keep: boolean
  /** Print the link only. */
  readonly noOpen: boolean
  /** 0: any free port. */
  readonly port: number
  readonly dataDir: string | undefined
  readonly help: boolean
}

export const USAGE = `Usage: npm start -- [options]

  --demo            start a simulated Talos cluster and open it
  --browser         use the browser even when Electron is here
  --no-open         print the link and open no window
  --keep            keep running after the last window was closed
  --port <number>   listen on this port of 127.0.0.1 (default: any free one)
  --data-dir <dir>  keep settings, drafts and journals there
  --help            show this`

/** Throws an `Error` whose message is fit for the terminal. */
export function parseBrowserArguments(args: readonly string[]): BrowserArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      demo: { type: 'boolean', default: false },
      browser: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65_535)
    throw new Error(`--port takes 0 to 65535, not "${values.port}".`)
  return {
    demo: values.demo,
    keep: values.keep,
    noOpen: values['no-open'],
    port,
    dataDir: values['data-dir'],
    help: values.help,
  }
}
