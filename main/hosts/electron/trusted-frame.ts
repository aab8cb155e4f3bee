/** Where our page lives. Chromium's own scheme rules apply to it, so its content policy and its origin are real. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'bundle'
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/`

/** What of Electron's `WebFrameMain` decides. */
export interface CallingFrame {
  readonly url: string
  readonly parent: unknown
}

/**
 * True for the top frame of our window showing our page. `pageUrl` is `APP_URL`, or Vite's in development. Compares
 * scheme and host: for a scheme like ours Node gives the origin `null`, which every such scheme would match.
 */
export function isTrustedFrame(
  frame: CallingFrame | null | undefined,
  mainFrame: CallingFrame,
  pageUrl: string = APP_URL,
): boolean {
  // A frame that went away meanwhile is null; a frame inside the page has a parent.
  if (frame === null || frame === undefined || frame !== mainFrame || frame.parent !== null) return false
  return isOurPage(frame.url, pageUrl)
}

export function isOurPage(url: string, pageUrl: string = APP_URL): boolean {
  try {
    const is = new URL(url)
    const ours = new URL(pageUrl)
    return is.protocol === ours.protocol && is.host === ours.host && is.username === '' && is.password === ''
  } catch {
    return false
  }
}
