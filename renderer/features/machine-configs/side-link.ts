import type { Input } from '#contract/index.ts'

/** One of the two configurations of a comparison, as it is asked for. */
export type ConfigSide = Input<'machine-configs.compare'>['before']

/** A side of a comparison as it stands in an address: `active~10.0.20.11`, `history~10.0.20.11~<hash>`. */
export type LinkedSide = Exclude<ConfigSide, { kind: 'file' }>

export function sideToLink(side: LinkedSide): string {
  return [side.kind, side.node, ...(side.kind === 'history' ? [side.hash] : [])].join('~')
}

/** `undefined` for what no side was made from. */
export function sideOfLink(link: string | undefined): LinkedSide | undefined {
  const [kind, node, hash] = (link ?? '').split('~')
  if (node === undefined || node === '') return undefined
  if (kind === 'active' || kind === 'persistent' || kind === 'draft') return { kind, node }
  if (kind !== 'history' || hash === undefined || !/^[0-9a-f]{64}$/.test(hash)) return undefined
  return { kind, node, hash }
}
