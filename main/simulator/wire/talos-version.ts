/** Minor release of `v1.13.9`: 13. A 1.15 development build counts as 15. */
export function minorOf(talos: string): number {
  const minor = /^v?\d+\.(\d+)/.exec(talos)?.[1]
  if (minor === undefined) throw new Error(`"${talos}" is no Talos version`)
  return Number(minor)
}

/** Whether something that exists `since` 1.x and was `removedIn` 1.y is there on a node of that minor release. */
export function existsIn(
  minor: number,
  span: { readonly since?: number | undefined; readonly removedIn?: number | undefined },
): boolean {
  return minor >= (span.since ?? 0) && minor < (span.removedIn ?? Infinity)
}
