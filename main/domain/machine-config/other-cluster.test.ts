import { describe, expect, test } from 'vitest'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { bareFacts } from './node-facts.ts'
import { knowConfig, readDraft, reviewDraft } from './review.ts'

function doc(kind: string, ...lines: readonly string[]): string {
  return `---\napiVersion: v1alpha1\nkind: ${kind}\n${lines.map((line) => `${line}\n`).join('')}`
}

describe("another cluster's configuration", () => {
  const certificate = (name: string): string =>
    btoa(`-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`)
  const config = (marks: {
    os?: string
    k8s?: string
    id?: string
    secret?: string
    accepted?: string
  }): string =>
    `version: v1alpha1
machine:
  type: worker
  ca: {crt: ${marks.os ?? certificate('os')}}
${marks.accepted === undefined ? '' : `  acceptedCAs: [{crt: ${marks.accepted}}]\n`}cluster:
  id: ${marks.id ?? 'aWQ='}
  secret: ${marks.secret ?? 'c2VjcmV0LW9mLXRoZS1jbHVzdGVy'}
  ca: {crt: ${marks.k8s ?? certificate('k8s')}}
`
  function stopsOf(before: string, after: string, talosVersion = 'v1.13.9') {
    const base = knowConfig(before, configFacts)
    const draft = readDraft(after, base, configFacts)
    const node = bareFacts(talosVersion)
    return reviewDraft({ base, draft, facts: configFacts, node, tryPending: false }).stops
  }

  test.each([
    ['the authority of Talos', { os: certificate('other') }, ['machine.ca.crt']],
    ['the authority of Kubernetes', { k8s: certificate('other') }, ['cluster.ca.crt']],
    ['the id', { id: 'b3RoZXI=' }, ['cluster.id']],
    ['the secret', { secret: 'YW5vdGhlci1zZWNyZXQtZW50aXJlbHk=' }, ['cluster.secret']],
    [
      'all of it',
      { os: certificate('x'), k8s: certificate('y'), id: 'eg==', secret: 'eg===========================' },
      ['machine.ca.crt', 'cluster.ca.crt', 'cluster.id', 'cluster.secret'],
    ],
  ])('%s differs: a hard stop', (_, marks, fields) => {
    expect(stopsOf(config({}), config(marks))).toEqual([{ code: 'other-cluster', fields }])
  })

  test('an authority that the other one is still accepted beside is a rotation', () => {
    const rotated = config({ os: certificate('new'), accepted: certificate('os') })
    expect(stopsOf(config({}), rotated)).toEqual([])
    expect(stopsOf(config({ accepted: certificate('new') }), config({ os: certificate('new') }))).toEqual([])
  })

  test('the same identity in the documents of 1.14 is the same cluster', () => {
    const moved = (secret: string) =>
      `version: v1alpha1
machine:
  type: worker
  ca: {crt: ${certificate('os')}}
${doc('DiscoveryIdentityConfig', 'clusterID: aWQ=', `clusterSecret: ${secret}`)}${doc(
        'KubeAPIServerCAConfig',
        'issuingCA:',
        '  cert: |',
        '    -----BEGIN CERTIFICATE-----',
        '    k8s',
        '    -----END CERTIFICATE-----',
      )}`
    expect(stopsOf(config({}), moved('c2VjcmV0LW9mLXRoZS1jbHVzdGVy'), 'v1.14.0')).toEqual([])
    expect(stopsOf(config({}), moved('bm90LXRoZS1zYW1lLWNsdXN0ZXI='), 'v1.14.0')).toEqual([
      { code: 'other-cluster', fields: ['DiscoveryIdentityConfig.clusterSecret'] },
    ])
  })
})
