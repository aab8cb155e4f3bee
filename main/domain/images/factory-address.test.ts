import { expect, test } from 'vitest'
import { known } from '../upgrades/known.ts'
import { factoryOf } from './factory-address.ts'

const ID = '613e'.padEnd(64, '0')
const install = (image: string) =>
  known({ version: '1', image, extraKernelArgs: [], grubUsesUkiCmdline: false, shape: [] })

function address(told: string | undefined, image: string, configured = '', demo?: string) {
  const schematic = known({ extensions: [], ...(told === undefined ? {} : { factoryUrl: told }) })
  const cluster = { demo: demo !== undefined, ...(demo === undefined ? {} : { factoryUrl: demo }) }
  const { url, host } = factoryOf({ schematic, install: install(image) }, cluster, configured)
  return [url, host]
}

test.each<[string, Parameters<typeof address>, string, string]>([
  ['the public one', [undefined, 'ghcr.io/siderolabs/installer:v1.9.0'], 'https://factory.talos.dev', 'factory.talos.dev'],
  ['the one the node tells', ['https://f.casa:8443/', 'x'], 'https://f.casa:8443', 'f.casa:8443'],
  ['the one its image is from', [undefined, `f.casa/installer/${ID}:v1.9.0`], 'https://f.casa', 'f.casa'],
  ['the one in the settings, for a node of the public one', ['https://factory.talos.dev', 'x', 'https://mirror.casa/'], 'https://mirror.casa', 'factory.talos.dev'],
  ['the one in the settings, for a node of none', [undefined, 'x', 'http://mirror.casa:80'], 'http://mirror.casa', 'mirror.casa'],
  ['the node’s own, whatever the settings say', ['https://f.casa', 'x', 'https://mirror.casa'], 'https://f.casa', 'f.casa'],
  ['not what is no address', ['file:///etc/passwd', 'x'], 'https://factory.talos.dev', 'factory.talos.dev'],
  ['not one with a password', ['https://me:pw@f.casa', 'x'], 'https://factory.talos.dev', 'factory.talos.dev'],
  ['the demo’s own and no other', ['https://f.casa', 'x', 'https://mirror.casa', 'http://127.0.0.1:4'], 'http://127.0.0.1:4', 'f.casa'],
])('a node’s factory is %s', (_, asked, url, host) => {
  expect(address(...asked)).toEqual([url, host])
}) // prettier-ignore
