import type { CustomScheme } from 'electron'
import { SECURITY_HEADERS } from '../content-policy.ts'
import { readStatic } from '../static-files.ts'
import { APP_HOST, APP_SCHEME } from './trusted-frame.ts'

/** Registered before `ready`. No `bypassCSP`, no service workers, no extensions. */
export const APP_SCHEME_PRIVILEGES: CustomScheme = {
  scheme: APP_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
}

/** Answers `app://bundle/…` from the built renderer, with the content policy on every answer. */
export function createContentHandler(root: string): (request: Request) => Promise<Response> {
  const refuse = (status: number): Response => new Response(null, { status, headers: SECURITY_HEADERS })
  return async (request) => {
    let url: URL
    try {
      url = new URL(request.url)
    } catch {
      return refuse(400)
    }
    if (url.protocol !== `${APP_SCHEME}:` || url.host !== APP_HOST) return refuse(404)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
    const file = await readStatic(root, url.pathname)
    if (file === undefined) return refuse(404)
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(file.body), {
      headers: {
        ...SECURITY_HEADERS,
        'content-type': file.contentType,
        // A declared length lets Electron size the pipe to it.
        'content-length': String(file.body.byteLength),
      },
    })
  }
}
