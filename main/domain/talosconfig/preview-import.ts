import type { PreviewedContext } from '#contract/contexts.ts'
import { toWireError } from '../talos-failure.ts'
import { parseEndpoint } from './endpoint.ts'
import type { ParsedContext, ParsedTalosconfig, TalosconfigEntry } from './parsed-talosconfig.ts'

const DAY = 86_400_000
/** A client certificate lives a year and nothing renews it by itself (behaviour.md §1.5). */
const EXPIRES_SOON_DAYS = 30

/**
 * What importing would do, context by context, before anything is written. Names that are taken become `name-1`,
 * `name-2`, … as `talosctl config merge` makes them (behaviour.md §1.3).
 */
export function previewImport(
  parsed: ParsedTalosconfig,
  existing: readonly ParsedContext[],
  now: number,
): PreviewedContext[] {
  const taken = new Set(existing.map((context) => context.name))
  return parsed.entries.map((entry) => {
    const becomes = freeName(entry.name, taken)
    if (!isBlocked(entry)) taken.add(becomes)
    return previewEntry(entry, becomes, existing, now)
  })
}

/** A context whose time has not come may be imported: it is as likely this computer's clock that is wrong. */
export function isBlocked(entry: TalosconfigEntry): boolean {
  return entry.failure !== undefined && entry.failure.code !== 'certificate-not-yet-valid'
}

/** `name` when it is free, else `name-1`, `name-2`, … */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  let number = 1
  while (taken.has(`${name}-${number}`)) number += 1
  return `${name}-${number}`
}

/** Whether two contexts lead to one cluster: they trust the same OS CA, or share one while it is being rotated. */
export function isSameAuthority(one: ParsedContext, other: ParsedContext): boolean {
  return one.authorities.some((authority) => other.authorities.includes(authority))
}

function previewEntry(
  entry: TalosconfigEntry,
  becomes: string,
  existing: readonly ParsedContext[],
  now: number,
): PreviewedContext {
  const { context, failure } = entry
  const namesake = existing.find((other) => other.name === entry.name)
  return {
    name: entry.name,
    becomes,
    endpoints: [...entry.endpoints],
    nodes: [...entry.nodes],
    ...(context === undefined
      ? {}
      : {
          certificate: context.certificate,
          daysLeft: Math.floor((Date.parse(context.certificate.notAfter) - now) / DAY),
        }),
    ...(namesake === undefined
      ? {}
      : {
          existing: {
            certificate: namesake.certificate,
            endpoints: [...namesake.endpoints],
            sameAuthority: context !== undefined && isSameAuthority(context, namesake),
          },
        }),
    ...(failure !== undefined && isBlocked(entry) ? { blockedBy: toWireError(failure) } : {}),
    cautions: context === undefined ? [] : cautionsFor(context, existing, now),
  }
}

function cautionsFor(
  context: ParsedContext,
  existing: readonly ParsedContext[],
  now: number,
): PreviewedContext['cautions'] {
  const { notBefore, notAfter, roles } = context.certificate
  const left = Date.parse(notAfter) - now
  const cautions: PreviewedContext['cautions'] = []
  if (left < 0) cautions.push('expired')
  else if (left < EXPIRES_SOON_DAYS * DAY) cautions.push('expires-soon')
  if (now < Date.parse(notBefore)) cautions.push('not-yet-valid')
  if (!roles.includes('os:admin')) cautions.push('role-low')
  if (context.nodes.length === 0) cautions.push('no-nodes')
  if (sharesAddress(context, existing)) cautions.push('shared-address')
  return cautions
}

/** An address that two clusters claim belongs to one of them at most. */
function sharesAddress(context: ParsedContext, existing: readonly ParsedContext[]): boolean {
  const own = addressesOf(context)
  return existing.some(
    (other) =>
      !isSameAuthority(context, other) && [...addressesOf(other)].some((address) => own.has(address)),
  )
}

function addressesOf(context: ParsedContext): ReadonlySet<string> {
  return new Set([...context.endpoints, ...context.nodes].map((text) => parseEndpoint(text)?.host ?? text))
}
