import { readFile } from 'node:fs/promises'
import { extname, isAbsolute, relative, resolve, sep } from 'node:path'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

export interface StaticFile {
  readonly contentType: string
  readonly body: Buffer
}

/**
 * The file under `root` that a URL path names, or `undefined` when it would lie outside, is hidden, or is of a kind
 * the page has no use for. `/` is `index.html`.
 */
function resolveStatic(root: string, urlPath: string): string | undefined {
  let path: string
  try {
    path = decodeURIComponent(urlPath)
  } catch {
    return undefined
  }
  // eslint-disable-next-line no-control-regex -- control characters are what is being refused
  if (/[\0-\x1f\\:]/.test(path)) return undefined
  const inside = path === '/' ? 'index.html' : path.replace(/^\/+/, '')
  const file = resolve(root, inside)
  const fromRoot = relative(root, file)
  if (fromRoot === '' || isAbsolute(fromRoot)) return undefined
  if (fromRoot.split(sep).some((part) => part.startsWith('.'))) return undefined
  return extname(file) in CONTENT_TYPES ? file : undefined
}

/** Reads what `resolveStatic` found; `undefined` when there is no such file. */
export async function readStatic(root: string, urlPath: string): Promise<StaticFile | undefined> {
  const file = resolveStatic(root, urlPath)
  const contentType = file === undefined ? undefined : CONTENT_TYPES[extname(file)]
  if (file === undefined || contentType === undefined) return undefined
  try {
    return { contentType, body: await readFile(file) }
  } catch {
    return undefined
  }
}
