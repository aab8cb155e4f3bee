import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { knowConfig, readDraft, reviewDraft } from '../../main/domain/machine-config/review.ts'
import { bareFacts } from '../../main/domain/machine-config/node-facts.ts'
import { known } from '../../main/domain/upgrades/known.ts'
import type { ConfigFacts } from '../../main/domain/machine-config/config-facts.ts'
import { printTable, spreadOf, spreadRow } from './figures.ts'

interface Times {
  /** One full parse of the same text by the `yaml` library, the measure everything here is compared with. */
  readonly fullParse: readonly number[]
  /** Reading the node's configuration for the first time: find and hide its secrets. */
  readonly read: readonly number[]
  /** From the typed draft to the finished review, nothing of the draft known before. */
  readonly review: readonly number[]
  readonly rows: number
}

const LINES = 10_000
const ROUNDS = 7

const tables = new URL('../../resources/config-effects/', import.meta.url)

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, tables), 'utf8'))
}

/** `wide`: many documents and manifests; `deep`: nearly everything in one list of the legacy document. */
type Shape = 'wide' | 'deep'

/** A configuration of about that many lines. Its secrets are counted up, not random: nothing here is real. */
function bigConfig(lines: number, shape: Shape): string {
  const head = `version: v1alpha1
machine:
  type: controlplane
  token: aaaaaa.0123456789abcdef
  ca:
    crt: LS0t
    key: ${'QUJD'.repeat(40)}
  kubelet:
    image: ghcr.io/siderolabs/kubelet:v1.36.3
  sysctls:
${Array.from({ length: 200 }, (_, i) => `    net.example.key${i}: "${i}"`).join('\n')}
cluster:
  id: x
  secret: ${'c2VjcmV0'.repeat(6)}
`
  const parts = [head]
  let count = head.split('\n').length
  if (shape === 'deep') {
    parts.push('  inlineManifests:\n')
    for (let i = 0; count < lines; i++, count += 8) {
      parts.push(`    - name: manifest-${i}
      contents: |
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: m${i}
        data:
          a: "${i}"
`)
    }
    return parts.join('')
  }
  for (let i = 0; count < lines; i++, count += 12) {
    parts.push(`---
apiVersion: v1alpha1
kind: LinkConfig
name: link${i}
mtu: 1500
addresses:
  - address: 10.1.${i % 250}.1/24
  - address: 10.2.${i % 250}.1/24
routes:
  - destination: 10.3.${i % 250}.0/24
    gateway: 10.1.${i % 250}.254
    metric: ${i}
`)
  }
  return parts.join('')
}

function edit(text: string): string {
  const lines = text.split('\n')
  const middle = Math.floor(lines.length / 2)
  for (let index = middle; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (/mtu: 1500|a: "/.test(line)) {
      lines[index] = line.replace('1500', '9000').replace('a: "', 'a: "x')
      break
    }
  }
  return lines.join('\n').replace('kubelet:v1.36.3', 'kubelet:v1.36.4')
}

function timed<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const start = performance.now()
  const result = work()
  return { ms: performance.now() - start, result }
}

/** Everything is parsed anew in each round; parse, read and review take turns, so a busy machine meets all alike. */
function measure(text: string): Times {
  const facts = {
    ...(read('kinds') as object),
    ...(read('secrets') as object),
    ...(read('effects') as object),
  } as ConfigFacts
  const node = {
    ...bareFacts('v1.14.0'),
    connectionAddress: '10.0.20.13',
    connectionLink: known('enp3s0'),
    links: known(
      Array.from({ length: 900 }, (_, n) => ({
        name: `link${n}`,
        otherNames: [],
        index: n + 1,
        parentIndex: 0,
        masterIndex: 0,
        physical: true,
        spec: {},
      })),
    ),
  }
  const fullParse: number[] = []
  const reading: number[] = []
  const reviewing: number[] = []
  let rows = 0
  for (let round = 0; round < ROUNDS; round++) {
    fullParse.push(timed(() => parseAllDocuments(text, { prettyErrors: false })).ms)
    const base = timed(() => knowConfig(text, facts))
    reading.push(base.ms)
    const typed = edit(base.result.config.text)
    const review = timed(() => {
      const draft = readDraft(typed, base.result, facts)
      return reviewDraft({ base: base.result, draft, facts, node, tryPending: false })
    })
    reviewing.push(review.ms)
    rows = review.result.table.counts.all
  }
  return { fullParse, read: reading, review: reviewing, rows }
}

test.each<Shape>(['wide', 'deep'])('the change table of a 10,000-line configuration, %s', (shape) => {
  const text = bigConfig(LINES, shape)
  const times = measure(text)
  // Two lines were edited.
  expect(times.rows).toBe(2)
  const parse = spreadOf(times.fullParse).median
  const ratio = (of: readonly number[]): string => (spreadOf(of).median / parse).toFixed(2)
  printTable({
    title: `A configuration of ${text.split('\n').length} lines, ${shape}, two lines changed, ${ROUNDS} rounds`,
    goal: 'the review within 100 ms',
    head: ['milliseconds', 'min', 'median', 'max', 'ratio of medians'],
    rows: [
      [...spreadRow('one full parse by yaml', times.fullParse), '1'],
      [...spreadRow("reading the node's config", times.read), ratio(times.read)],
      [...spreadRow('from draft to review', times.review), ratio(times.review)],
    ],
  })
})
