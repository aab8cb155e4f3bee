import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../content-policy.ts'
import { createContentHandler } from './content-protocol.ts'
import { placeOfArguments, placeOfLink } from './deep-link.ts'
import { menuLanguage, menuTemplate } from './menu-template.ts'
import { readRegularFile } from './pick-talosconfig.ts'
import { isOurPage, isTrustedFrame } from './trusted-frame.ts'
import { windowOptions } from './window-options.ts'

const frame = (url: string, parent: unknown = null) => ({ url, parent })

test('only the top frame of our own page may call', () => {
  const main = frame('app://bundle/#/c/casa')
  expect(isTrustedFrame(main, main)).toBe(true)
  expect(isTrustedFrame(null, main)).toBe(false)
  expect(isTrustedFrame(undefined, main)).toBe(false)
  // The same address in another frame, or a frame inside the page.
  expect(isTrustedFrame(frame('app://bundle/'), main)).toBe(false)
  const child = frame('app://bundle/', main)
  expect(isTrustedFrame(child, child)).toBe(false)
})

test('another scheme, host or user is not our page, although Node calls every such origin null', () => {
  const others = [
    'app://other/',
    'apps://bundle/',
    'talos://bundle/',
    'https://bundle/',
    'file:///bundle/',
    'app://bundle.evil.example/',
    'app://user@bundle/',
    'data:text/html,x',
    'about:blank',
    '',
  ]
  for (const url of others) {
    const main = frame(url)
    expect([url, isTrustedFrame(main, main)]).toEqual([url, false])
  }
})

test('in development the page is Vite’s and no other', () => {
  expect(isOurPage('http://127.0.0.1:5173/#/', 'http://127.0.0.1:5173/')).toBe(true)
  expect(isOurPage('http://127.0.0.1:5174/', 'http://127.0.0.1:5173/')).toBe(false)
  expect(isOurPage('app://bundle/', 'http://127.0.0.1:5173/')).toBe(false)
})

test('app://bundle serves the page with its policy, and nothing from outside its folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ichor-protocol-'))
  const root = join(folder, 'root')
  await import('node:fs/promises').then(({ mkdir }) => mkdir(root))
  await writeFile(join(root, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'secret.js'), 'outside')
  const handle = createContentHandler(root)
  const ask = (url: string, method = 'GET') => handle({ url, method } as Request)
  try {
    const page = await ask('app://bundle/')
    expect(page.status).toBe(200)
    expect(await page.text()).toBe('<!doctype html>')
    expect(page.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
    expect(page.headers.get('content-length')).toBe('15')
    for (const url of [
      'app://bundle/../secret.js',
      'app://bundle/%2e%2e/secret.js',
      'app://bundle/..%2fsecret.js',
      'app://other/index.html',
      'app://bundle/none.js',
    ]) {
      const answer = await ask(url)
      expect([url, answer.status]).toEqual([url, 404])
      expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
    }
    expect((await ask('app://bundle/', 'POST')).status).toBe(405)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the policy lets no code in but our own, and no string become code', () => {
  const directives = new Map(
    CONTENT_SECURITY_POLICY.split('; ').map((text) => {
      const [name = '', ...values] = text.split(' ')
      return [name, values] as const
    }),
  )
  expect(directives.get('default-src')).toEqual(["'none'"])
  expect(directives.get('script-src')).toEqual(["'self'"])
  expect(directives.get('worker-src')).toEqual(["'self'"])
  expect(directives.get('connect-src')).toEqual(["'self'"])
  expect(directives.get('require-trusted-types-for')).toEqual(["'script'"])
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe-eval|https?:|blob:|\*/)
})

test('the window is sandboxed, isolated and without Node, and says so itself', () => {
  const { webPreferences, show } = windowOptions('/preload.cjs', { dark: true, devTools: false })
  expect(show).toBe(false)
  expect(webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: false,
  })
})

test('a link shows a place and never does anything', () => {
  expect(placeOfLink('ichor://context/casa')).toBe('#/c/casa')
  expect(placeOfLink('ichor://context/casa/')).toBe('#/c/casa')
  expect(placeOfLink('ichor://context/casa/node/10.0.20.11')).toBe('#/c/casa/n/10.0.20.11/overview')
  expect(placeOfLink('ichor://context/casa/node/fd00%3A%3A1/logs')).toBe('#/c/casa/n/fd00%3A%3A1/logs')
  for (const link of [
    'ichor://context/casa/node/10.0.20.11/upgrade',
    'ichor://context/casa/node/10.0.20.11/rollback',
    'ichor://context/casa/node/10.0.20.11/logs/more',
    'ichor://context/',
    'ichor://context/casa/reboot',
    'ichor://context/%00',
    'ichor://context/%',
    'ichor://reboot/casa',
    'https://context/casa',
    'ichor:',
    `ichor://context/${'a'.repeat(2000)}`,
  ])
    expect([link, placeOfLink(link)]).toEqual([link, undefined])
})

test('a link is found among arguments in any order', () => {
  expect(placeOfArguments(['/usr/bin/ichor', '--no-sandbox', 'ichor://context/casa', '--demo'])).toBe(
    '#/c/casa',
  )
  expect(placeOfArguments(['/usr/bin/ichor', '/home/eva/talosconfig'])).toBeUndefined()
})

const actions = { goTo: () => undefined, openLink: () => undefined, showLog: () => undefined }
const flat = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])])

test('the menu is in the person’s language, with every entry named', () => {
  for (const platform of ['linux', 'win32', 'darwin']) {
    const english = flat(menuTemplate('en', platform, actions))
    const spanish = flat(menuTemplate('es', platform, actions))
    expect(spanish.map(({ role }) => role)).toEqual(english.map(({ role }) => role))
    expect(english.map(({ label }) => label)).toContain('Diagnostics')
    expect(spanish.map(({ label }) => label)).toContain('Diagnóstico')
    for (const item of [...english, ...spanish])
      expect(item.type === 'separator' || item.label !== undefined || item.role !== undefined).toBe(true)
  }
  expect(menuLanguage('es-419')).toBe('es')
  expect(menuLanguage('en-GB')).toBe('en')
  expect(menuLanguage('et')).toBe('en')
})

test('each shortcut of the menu has a modifier and is used once', () => {
  const shortcuts = flat(menuTemplate('en', 'linux', actions)).flatMap(({ accelerator }) => accelerator ?? [])
  expect(shortcuts.length).toBeGreaterThan(0)
  for (const shortcut of shortcuts) expect(shortcut).toMatch(/^CmdOrCtrl\+/)
  expect(new Set(shortcuts).size).toBe(shortcuts.length)
})

test('macOS has its application menu, and quits from there', () => {
  expect(menuTemplate('en', 'darwin', actions)[0]?.role).toBe('appMenu')
  expect(flat(menuTemplate('en', 'linux', actions)).filter(({ role }) => role === 'quit')).toHaveLength(1)
  expect(flat(menuTemplate('en', 'darwin', actions)).filter(({ role }) => role === 'quit')).toHaveLength(1)
})

test('menu entries lead to places of the page and to links on the list', () => {
  const went: string[] = []
  const template = flat(
    menuTemplate('en', 'linux', {
      goTo: (fragment) => went.push(fragment),
      openLink: (url) => went.push(url),
      showLog: () => went.push('log'),
    }),
  )
  for (const { click } of template) click?.(undefined as never, undefined, undefined as never)
  expect(went).toEqual([
    '#/import',
    '#/settings',
    '#/tasks',
    'https://www.talos.dev/',
    '#/diagnostics',
    'log',
  ])
})

test('what the dialog gives is read only when it is a file of sensible size', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ichor-pick-'))
  try {
    const path = join(folder, 'talosconfig')
    await writeFile(path, 'context: casa')
    expect(Buffer.from(await readRegularFile(path)).toString()).toBe('context: casa')
    await truncate(path, 9_000_000)
    await expect(readRegularFile(path)).rejects.toMatchObject({ code: 'talosconfig-too-large' })
    await expect(readRegularFile(folder)).rejects.toMatchObject({ code: 'talosconfig-unreadable' })
    await expect(readRegularFile(join(folder, 'none'))).rejects.toMatchObject({
      code: 'talosconfig-unreadable',
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
