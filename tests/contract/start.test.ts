import { expect, test } from 'vitest'
import { hasDisplay, reasonFrom } from '../../main/scripts/find-electron.mjs'

test('why Electron could not be fetched or started is said in a line, without a stack', () => {
  const offline = `RequestError: getaddrinfo ENOTFOUND github.com
    at ClientRequest.<anonymous> (/x/node_modules/got/dist/source/core/index.js:970:111)`
  expect(reasonFrom(offline)).toBe('ENOTFOUND')
  expect(reasonFrom('/x/electron: error while loading shared libraries: libnss3.so: cannot open')).toBe(
    '/x/electron: error while loading shared libraries: libnss3.so: cannot open',
  )
  expect(reasonFrom('TypeError: fetch failed\n    at node:internal/deps/undici')).toBe('fetch failed')
  expect(reasonFrom('')).toBe('no reason given')
  expect(reasonFrom(`Error: ${'x'.repeat(500)}`)).toHaveLength(100)
})

test('Electron is not tried where it has no display', () => {
  expect(hasDisplay({}, 'linux')).toBe(false)
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true)
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true)
  expect(hasDisplay({}, 'win32')).toBe(true)
  expect(hasDisplay({}, 'darwin')).toBe(true)
})
