import { describe, expect, test } from 'vitest'
import { argumentsOf, listOf, withExtension } from './image-choice.ts'

const offered = ['siderolabs/iscsi-tools', 'siderolabs/tailscale', 'siderolabs/zfs'].map((name) => ({
  name,
  version: 'v1',
  author: '',
  description: name.endsWith('zfs') ? 'A file system' : '',
}))

describe('kernel arguments', () => {
  test('are one a line or with blanks between, quoted blanks kept', () => {
    expect(argumentsOf('intel_iommu=on  -console\n\ndyndbg="file a +p" quiet')).toEqual({
      list: ['intel_iommu=on', '-console', 'dyndbg="file a +p"', 'quiet'],
    })
    expect(argumentsOf(' \n ')).toEqual({ list: [] })
  })

  test('that are none are named', () => {
    expect(argumentsOf('a="b').wrong).toBe('a="b')
    expect(argumentsOf('ok=1 señal=1').wrong).toBe('señal=1')
  })
})

describe('the list of extensions', () => {
  test('begins with what the node has, and keeps what is no longer offered', () => {
    const list = listOf(
      offered,
      ['siderolabs/zfs', 'siderolabs/old'],
      ['siderolabs/zfs', 'siderolabs/old'],
      '',
    )
    expect(list.map(({ name, state }) => `${name} ${state ?? ''}`)).toEqual([
      'siderolabs/old missing',
      'siderolabs/zfs installed',
      'siderolabs/iscsi-tools ',
      'siderolabs/tailscale ',
    ])
  })

  test('is filtered by name and description', () => {
    expect(listOf(offered, [], [], 'FILE').map(({ name }) => name)).toEqual(['siderolabs/zfs'])
  })

  test('calls nothing missing while the factory has not answered', () => {
    expect(listOf([], ['siderolabs/zfs'], ['siderolabs/zfs'], '')[0]?.state).toBe('installed')
  })

  test('keeps the order of what was there', () => {
    expect(withExtension(['b', 'a'], 'c', true)).toEqual(['b', 'a', 'c'])
    expect(withExtension(['b', 'a'], 'b', false)).toEqual(['a'])
    expect(withExtension(['b', 'a'], 'a', true)).toEqual(['b', 'a'])
  })
})
