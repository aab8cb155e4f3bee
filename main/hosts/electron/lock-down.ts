import type { App, Session, WebContents } from 'electron'
import { isOurPage } from './trusted-frame.ts'

/** The page may put text on the clipboard when the person presses a copy button. It may do nothing else. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Both handlers are needed: Electron grants what is not asked about. */
export function denyPermissions(session: Session, pageUrl: string): void {
  session.setPermissionRequestHandler((contents, permission, callback) => {
    callback(ALLOWED_PERMISSIONS.has(permission) && isOurPage(contents.getURL(), pageUrl))
  })
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => ALLOWED_PERMISSIONS.has(permission) && isOurPage(origin, pageUrl),
  )
  session.setDevicePermissionHandler(() => false)
  // No callback with a stream: the request fails.
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}))
}

/** No page but ours is ever shown, and nothing opens a window. Fragments change freely: they are not navigations. */
export function denyNavigation(app: Pick<App, 'on'>, pageUrl: string): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    contents.on('will-navigate', (details) => {
      // A reload of the page goes to itself.
      if (!isOurPage(details.url, pageUrl)) details.preventDefault()
    })
    contents.on('will-frame-navigate', (details) => {
      if (!details.isMainFrame || !isOurPage(details.url, pageUrl)) details.preventDefault()
    })
    contents.on('will-redirect', (details) => details.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}
