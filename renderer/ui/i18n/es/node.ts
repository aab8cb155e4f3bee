import type { nodeEn } from '../en/node.ts'
import type { Translated } from '../text-types.ts'

export const nodeEs: Translated<typeof nodeEn> = {}
