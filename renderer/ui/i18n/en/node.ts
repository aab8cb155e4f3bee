import type { Texts } from '../text-types.ts'

export const nodeEn = {} as const satisfies Texts
