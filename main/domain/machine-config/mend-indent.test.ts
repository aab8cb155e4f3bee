import { describe, expect, test } from 'vitest'
import { mendIndent } from './mend-indent.ts'
import { parseConfig } from './parse-config.ts'

function mended(text: string): string | undefined {
  const config = parseConfig(text)
  const error = config.documents.flatMap((document) => document.errors(new Set()))[0]
  const mend = mendIndent(text, error?.from ?? 0)
  return mend === undefined ? undefined : text.slice(0, mend.from) + mend.text + text.slice(mend.to)
}

describe('a line that is indented by mistake', () => {
  test('a blank too few goes back in line', () => {
    const good = 'machine:\n    type: worker\n    install:\n        disk: /dev/sda\n'
    expect(mended(good.replace('    install', '   install'))).toBe(good)
  })

  test('a blank too many does, too', () => {
    const good = 'machine:\n    kubelet:\n        image: a\n        nodeIP: {}\n'
    const bad = good.replace('        nodeIP', '         nodeIP')
    expect(mended(bad)).toBe(good)
  })

  test('in a later document, at its own offset', () => {
    const good = 'version: v1alpha1\n---\nkind: A\nname: x\nmtu: 1\n'
    expect(mended(good.replace('\nmtu', '\n mtu'))).toBe(good)
  })

  test('what no indentation mends is left to the person', () => {
    expect(mended('machine: [1, 2\nother: 3\n')).toBeUndefined()
  })
})
