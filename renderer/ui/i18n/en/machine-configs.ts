import type { Texts } from '../text-types.ts'

export const machineConfigsEn = {} as const satisfies Texts
