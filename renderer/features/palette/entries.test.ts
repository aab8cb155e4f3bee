import { describe, expect, test } from 'vitest'
import { matchWords, splitQuery } from './entries.ts'

describe('the palette’s line', () => {
  test('is narrowed down by what stands in front', () => {
    expect(splitQuery('> dark')).toEqual({ words: ['dark'], only: 'commands' })
    expect(splitQuery('@BRONCE-1')).toEqual({ words: ['bronce-1'], only: 'nodes' })
    expect(splitQuery(' bronce-1  r ')).toEqual({ words: ['bronce-1', 'r'], only: undefined })
  })

  test('is marked where it matches, whatever signs it holds', () => {
    expect(matchWords('Upgrade 1.14 (rc)', ['(rc'])).toEqual([
      { text: 'Upgrade 1.14 ', matched: false },
      { text: '(rc', matched: true },
      { text: ')', matched: false },
    ])
  })
})
