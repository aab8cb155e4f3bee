import type { Texts } from '../text-types.ts'

export const upgradesEn = {} as const satisfies Texts
