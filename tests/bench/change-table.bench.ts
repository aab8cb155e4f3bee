import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { knowConfig, readDraft, reviewDraft } from '../../main/domain/machine-config/review.ts'
import type { ConfigFacts } from '../../main/domain/machine-config/config-facts.ts'

export interface ChangeTableFigures {
  readonly lines: number
  /** One full parse of the same text by the `yaml` library, the measure everything here is compared with. */
  readonly fullParseMs: number
  /** Reading the node's configuration for the first time: find and hide its secrets. */
  readonly readMs: number
  /** From the typed draft to the finished review, nothing of the draft known before. */
  readonly reviewMs: number
  readonly rows: number
  /** reviewMs / fullParseMs */
  readonly ratio: number
}

const tables = new URL('../../resources/config-effects/', import.meta.url)

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, tables), 'utf8'))
}

/** `wide`: many documents and manifests; `deep`: nearly everything in one list of the legacy document. */
export type Shape = 'wide' | 'deep'

/** A configuration of about that many lines. Its secrets are counted up, not random: nothing here is real. */
export function bigConfig(lines: number, shape: Shape): string {
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

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

function timed<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const start = performance.now()
  const result = work()
  return { ms: performance.now() - start, result }
}

/** Medians of `rounds`; everything is parsed anew in each. */
export function measureChangeTable(lines = 10_000, shape: Shape = 'wide', rounds = 7): ChangeTableFigures {
  const facts = {
    ...(read('kinds') as object),
    ...(read('secrets') as object),
    ...(read('effects') as object),
  } as ConfigFacts
  const text = bigConfig(lines, shape)
  const node = { talosVersion: 'v1.14.0', connectionAddress: '10.0.20.13', connectionLink: 'enp3s0' }
  const full: number[] = []
  const reading: number[] = []
  const reviewing: number[] = []
  let rows = 0
  for (let round = 0; round < rounds; round++) {
    full.push(timed(() => parseAllDocuments(text, { prettyErrors: false })).ms)
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
  const fullParseMs = median(full)
  const reviewMs = median(reviewing)
  return {
    lines: text.split('\n').length,
    fullParseMs,
    readMs: median(reading),
    reviewMs,
    rows,
    ratio: reviewMs / fullParseMs,
  }
}
