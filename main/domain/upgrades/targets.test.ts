import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { judgeTarget, judgeTyped, kubernetesMatrix, listTargets, upgradePath } from './targets.ts'
import { findLine, lineOf, parseVersionTable, withReleases } from './version-table.ts'

const table = parseVersionTable(JSON.parse(readFileSync('resources/upgrades/talos-lines.json', 'utf8')))

function reason(current: string, version: string, kubernetes?: string) {
  const target = judgeTarget(table, current, kubernetes, version)
  return target === undefined ? undefined : `${target.reason}${target.legal ? '' : ' (illegal)'}`
}

describe('where a node can go', () => {
  test.each([
    ['v1.13.9', 'v1.14.0', 'v1.36.3', 'recommended'],
    ['v1.13.9', 'v1.13.9', 'v1.36.3', 'same-version'],
    ['v1.13.9', 'v1.12.11', 'v1.36.3', 'kubernetes-too-new (illegal)'],
    ['v1.13.9', 'v1.12.11', 'v1.35.0', 'downgrade-allowed'],
    ['v1.13.9', 'v1.11.6', 'v1.34.0', 'host-too-new (illegal)'],
    ['v1.13.9', 'v1.13.0', 'v1.36.3', 'downgrade-allowed'],
    ['v1.12.11', 'v1.14.0', 'v1.35.0', 'skips-a-minor (illegal)'],
    ['v1.11.6', 'v1.14.0', 'v1.34.0', 'host-too-old (illegal)'],
    ['v1.13.0', 'v1.13.9', 'v1.36.0', 'recommended'],
    ['v1.13.0', 'v1.14.0', 'v1.36.0', 'latest-patch'],
    ['v1.13.0', 'v1.13.4', 'v1.36.0', 'superseded'],
    ['v1.13.9', 'v1.14.3', 'v1.36.0', 'allowed'],
    ['v1.13.9', 'v1.14.0-rc.1', 'v1.36.0', 'pre-release'],
    ['v1.14.0', 'v1.15.0-alpha.0', 'v1.37.0', 'pre-release'],
    ['v1.14.0-rc.1', 'v1.14.0', 'v1.37.0', 'recommended'],
    ['v1.14.0-rc.1', 'v1.12.11', undefined, 'host-too-new (illegal)'],
    ['v1.13.9', 'v1.14.0', 'v1.32.0', 'kubernetes-too-old (illegal)'],
    ['v1.13.9', 'v1.14.0', undefined, 'recommended'],
    ['v1.9.6', 'v1.10.9', 'v1.32.4', 'recommended'],
    ['v1.13.9', 'v2.0.0', undefined, undefined],
    ['v1.13.9', 'latest', undefined, undefined],
    ['nonsense', 'v1.14.0', undefined, undefined],
  ])('%s to %s with Kubernetes %s: %s', (current, version, kubernetes, expected) => {
    expect(reason(current, version, kubernetes)).toBe(expected)
  })

  test('the list is newest first, holds the node itself, and recommends one', () => {
    const targets = listTargets(table, 'v1.13.7', 'v1.36.3')
    expect(targets.map(({ version }) => version)).toEqual([
      'v1.14.0', 'v1.13.9', 'v1.13.7', 'v1.13.0', 'v1.12.11', 'v1.12.0',
      'v1.11.6', 'v1.11.0', 'v1.10.9', 'v1.10.0', 'v1.9.6', 'v1.9.0',
    ]) // prettier-ignore
    expect(targets.filter((target) => target.reason === 'recommended').map(({ version }) => version)).toEqual(
      ['v1.13.9'],
    )
    expect(targets[0]).toMatchObject({ kubernetesMin: '1.33', kubernetesMax: '1.37' })
  })

  test('nothing is recommended where Kubernetes stands in the way', () => {
    expect(listTargets(table, 'v1.13.9', 'v1.32.0').some(({ reason }) => reason === 'recommended')).toBe(
      false,
    )
  })

  test('the path goes through the latest patch of each minor', () => {
    expect(upgradePath(table, 'v1.9.0', 'v1.14.0')).toEqual([
      'v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0',
    ]) // prettier-ignore
    expect(upgradePath(table, 'v1.9.6', 'v1.13.4')).toEqual(['v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.4'])
    expect(upgradePath(table, 'v1.13.9', 'v1.14.0')).toEqual(['v1.14.0'])
    expect(upgradePath(table, 'v1.13.9', 'v1.12.11')).toEqual(['v1.12.11'])
  })
})

describe('the way from each minor to 1.14', () => {
  test.each([
    ['v1.9.6', 'v1.32.4', ['v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0']],
    ['v1.10.2', 'v1.33.6', ['v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0']],
    ['v1.11.6', 'v1.34.1', ['v1.12.11', 'v1.13.9', 'v1.14.0']],
    ['v1.12.0', 'v1.35.4', ['v1.12.11', 'v1.13.9', 'v1.14.0']],
    ['v1.13.9', 'v1.36.3', ['v1.14.0']],
    ['v1.14.0-rc.1', 'v1.37.0', ['v1.14.0']],
  ])('%s: the recommended one is the first stop, and each leads to the next', (from, kubernetes, path) => {
    expect(upgradePath(table, from, 'v1.14.0')).toEqual(path)
    let at = from
    for (const stop of path) {
      const target = judgeTarget(table, at, undefined, stop)
      expect(target).toMatchObject({ legal: true, reason: 'recommended' })
      at = stop
    }
    expect(judgeTarget(table, from, kubernetes, path[0] ?? '')?.reason).toBe('recommended')
  })

  test('a patch that only the factory knows is the stop', () => {
    const now = withReleases(table, ['v1.12.12', 'v1.14.3', 'v1.14.4-rc.0', 'v1.15.0-alpha.1', 'v1.99.0'])
    expect(upgradePath(now, 'v1.12.11', 'v1.14.3')).toEqual(['v1.12.12', 'v1.13.9', 'v1.14.3'])
    expect(listTargets(now, 'v1.13.9', undefined).map(({ version }) => version)).not.toContain('v1.14.4-rc.0')
    expect(kubernetesMatrix(now).find(({ line }) => line === '1.14')).toEqual({
      line: '1.14', latest: 'v1.14.3', kubernetesMin: '1.33', kubernetesMax: '1.37',
    }) // prettier-ignore
  })
})

describe('a version that was typed', () => {
  test.each([
    ['1.14.0', 'v1.14.0', 'recommended', true],
    [' v1.14.0-rc.1 ', 'v1.14.0-rc.1', 'pre-release', true],
    ['1.13.4', 'v1.13.4', 'not-published', false],
    ['1.11.6', 'v1.11.6', 'host-too-new', false],
    ['1.99.0', 'v1.99.0', 'unknown-line', false],
    ['2.0.0', 'v2.0.0', 'unknown-line', false],
  ])('%s is %s: %s', (typed, version, reason, legal) => {
    const published = ['v1.13.9', 'v1.14.0-rc.1', 'v1.14.0']
    expect(judgeTyped(table, 'v1.13.9', undefined, typed, published)).toMatchObject({
      version,
      reason,
      legal,
    })
  })

  test('is not denied where the factory did not tell, and is none when it is none', () => {
    expect(judgeTyped(table, 'v1.13.9', undefined, '1.13.4', undefined)?.legal).toBe(true)
    for (const text of ['', 'latest', '1.14', 'v1.14.0; rm']) {
      expect(judgeTyped(table, 'v1.13.9', undefined, text, undefined)).toBeUndefined()
    }
  })
})

describe('the table of Talos lines', () => {
  test('has the component versions of the line', () => {
    expect(findLine(table, 'v1.13.2')?.components).toMatchObject({ of: '1.13.9', etcd: '3.6.12' })
    expect(lineOf('v1.14.0-rc.1')).toBe('1.14')
    expect(lineOf('x')).toBeUndefined()
  })

  test('is refused when it is not whole', () => {
    expect(() => parseVersionTable({})).toThrow('empty')
    expect(() => parseVersionTable({ lines: [{ line: '1.9' }] })).toThrow('hosts.from')
  })
})
