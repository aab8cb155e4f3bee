import type { BrowserWindowConstructorOptions } from 'electron'

/** Grounds of the two themes, so that the window does not flash before the page is there. */
const GROUND = { dark: '#0a1322', light: '#fafbfd' } as const

/** Every protection is named although most are defaults: a default that changes must not change this window. */
export function windowOptions(
  preloadFile: string,
  { dark, devTools }: { readonly dark: boolean; readonly devTools: boolean },
): BrowserWindowConstructorOptions {
  return {
    title: 'Ichor',
    // Electron keeps size, place and display mode under this name.
    name: 'main',
    windowStatePersistence: true,
    width: 1360,
    height: 860,
    minWidth: 720,
    minHeight: 480,
    show: false,
    backgroundColor: dark ? GROUND.dark : GROUND.light,
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      plugins: false,
      navigateOnDragDrop: false,
      // Chromium would fetch its dictionaries from the internet.
      spellcheck: false,
      devTools,
    },
  }
}
