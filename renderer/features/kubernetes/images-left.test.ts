import { describe, expect, test } from 'vitest'
import { isLeft } from '#contract/image-left.ts'
import type { ImageRow } from '#contract/kubernetes.ts'
import { standing } from './images-left.ts'

const row = (hostname: string, note: ImageRow['note']): ImageRow => ({
  node: '10.0.0.1',
  hostname,
  component: 'kube-apiserver',
  after: 'registry.k8s.io/kube-apiserver:v1.36.3',
  note,
})

describe('a plan of a Kubernetes upgrade', () => {
  test('of a cluster that is between two versions says how much stands and where it goes on', () => {
    const images = [row('bronce-1', 'there-already'), row('bronce-2', 'written'), row('bronce-3', 'changes')]
    expect(standing(images)).toEqual({ there: 1, all: 3, next: images[1] })
  })

  test('counts nothing that the cluster does not run', () => {
    const images = [row('bronce-1', 'off'), row('bronce-2', 'there-already'), row('bronce-3', 'changes')]
    expect(standing(images)).toEqual({ there: 1, all: 2, next: images[2] })
  })

  test('of a cluster where nothing or all of it stands has nothing to go on from', () => {
    expect(standing([row('bronce-1', 'changes')])).toBeUndefined()
    expect(standing([row('bronce-1', 'there-already'), row('bronce-2', 'off')])).toBeUndefined()
    expect(standing([])).toBeUndefined()
  })

  test('still has to look after what could not be read', () => {
    expect(isLeft(row('bronce-1', 'unknown'))).toBe(true)
  })
})
