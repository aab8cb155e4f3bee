import type { upgradesEn } from '../en/upgrades.ts'
import type { Translated } from '../text-types.ts'

export const upgradesEs: Translated<typeof upgradesEn> = {}
