import type { machineConfigsEn } from '../en/machine-configs.ts'
import type { Translated } from '../text-types.ts'

export const machineConfigsEs: Translated<typeof machineConfigsEn> = {}
