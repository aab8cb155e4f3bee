import { describe, expect, test } from 'vitest'
import { hrefOf, parseRoute, type Route } from './route.ts'

describe('an address', () => {
  const routes: readonly Route[] = [
    { at: 'welcome' },
    { at: 'import' },
    { at: 'tasks' },
    { at: 'diagnostics' },
    { at: 'settings' },
    { at: 'fleet', context: 'casa/lab #1' },
    { at: 'node', context: 'casa', node: 'fd00::1', tab: 'kernel-log' },
    { at: 'upgrade', context: 'casa', node: '10.0.20.11' },
    { at: 'upgrade-nodes', context: 'casa', nodes: [] },
    { at: 'upgrade-nodes', context: 'mi casa', nodes: ['10.0.20.11', 'fd00::5'] },
    { at: 'rollback', context: 'casa', node: '10.0.20.11' },
    { at: 'reboot', context: 'casa', node: '10.0.20.11' },
    { at: 'shutdown', context: 'casa', node: '10.0.20.11' },
    { at: 'reset', context: 'casa', node: 'fd00::5' },
    { at: 'uncordon', context: 'casa', node: '10.0.20.11' },
    { at: 'remove-member', context: 'casa', node: '10.0.20.11', memberId: '8e9e05c52164694d' },
    { at: 'kubernetes', context: 'casa' },
    { at: 'kubernetes', context: 'casa', version: 'v1.36.3' },
    { at: 'kubernetes', context: 'casa', version: 'v1.36.3', kubelets: false },
    { at: 'manifests', context: 'casa' },
    { at: 'several', context: 'casa', node: '10.0.20.11' },
    { at: 'several', context: 'casa', node: '10.0.20.11', patch: 'a/b 7' },
    { at: 'compare', context: 'casa', before: 'active~fd00::1', after: undefined },
    { at: 'compare', context: 'casa', before: undefined, after: 'draft~10.0.20.11' },
    { at: 'run', id: '0195-a/b' },
  ]
  test.each(routes)('leads back to the place it was made from: $at', (route) => {
    expect(parseRoute(hrefOf(route))).toEqual(route)
  })

  test('of a tab that no node has opens the overview', () => {
    expect(parseRoute('#/c/casa/n/10.0.20.11/teapot')).toEqual({
      at: 'node',
      context: 'casa',
      node: '10.0.20.11',
      tab: 'overview',
    })
  })

  test.each(['', '#', '#/nowhere', '#/run/', '#/c/', '#token=abc'])(
    'that means nothing is home: %j',
    (text) => {
      expect(parseRoute(text)).toEqual({ at: 'welcome' })
    },
  )

  test('with a broken escape is taken as it is written', () => {
    expect(parseRoute('#/c/100%')).toEqual({ at: 'fleet', context: '100%' })
  })
})
