import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const Config = z.looseObject({
  files: z.array(z.string()),
  electronFuses: z.record(z.string(), z.boolean()),
  linux: z.looseObject({ executableName: z.string(), icon: z.string(), target: z.array(z.string()) }),
  mac: z.looseObject({ icon: z.string(), entitlements: z.string(), target: z.array(z.string()) }),
  win: z.looseObject({ icon: z.string(), target: z.array(z.string()) }),
})

let text: string
let config: z.infer<typeof Config>
let validate: (value: unknown) => readonly string[]

beforeAll(() => {
  text = read('electron-builder.yml')
  config = Config.parse(parse(text))
  const schemaFile = createRequire(import.meta.url).resolve('app-builder-lib/scheme.json')
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as object
  // The schema uses words of its own documentation generator.
  const check = new Ajv({ strict: false, allErrors: true }).compile(schema)
  validate = (value) => {
    check(value)
    return (check.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`)
  }
})

test('electron-builder accepts the configuration, and would refuse a misspelt one', () => {
  expect(validate(parse(text))).toEqual([])
  expect(validate(parse(text.replace('executableName:', 'executablName:')))).not.toEqual([])
  expect(validate(parse(text.replace('asar: true', 'asarr: true')))).not.toEqual([])
})

test('every fuse is as the table of risks says', () => {
  expect(config.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  })
})

test('every package of every system is built', () => {
  expect(config.linux.target).toEqual(['deb', 'AppImage', 'rpm', 'zip'])
  expect(config.mac.target).toEqual(['dmg', 'zip'])
  expect(config.win.target).toEqual(['nsis', 'zip', 'portable'])
})

test('the files it names are there, and what the app reads at run time is packed', () => {
  for (const path of [config.linux.icon, config.mac.icon, config.win.icon, config.mac.entitlements])
    expect([path, existsSync(join(root, path))]).toEqual([path, true])
  for (const pattern of ['dist/**', 'protos/**', 'resources/**', 'package.json', '!node_modules/**'])
    expect(config.files).toContain(pattern)
})

test('the desktop file has the name that package.json promises, or portals and badges find no app', () => {
  const manifest = z
    .looseObject({ desktopName: z.string(), main: z.string() })
    .parse(JSON.parse(read('package.json')))
  expect(manifest.desktopName).toBe(`${config.linux.executableName}.desktop`)
  expect(manifest.main).toBe('dist/main/electron.cjs')
})
