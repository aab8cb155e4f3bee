import { z } from 'zod'

/** Name of a talosconfig context as the person sees it; unique in the app. */
export const ContextName = z.string().min(1).max(253).brand<'ContextName'>()
export type ContextName = z.infer<typeof ContextName>

/** An address by which a node is called: IPv4, IPv6 or a name, without a port. */
export const NodeAddress = z.string().min(1).max(253).brand<'NodeAddress'>()
export type NodeAddress = z.infer<typeof NodeAddress>

/** ISO 8601 in UTC, as `Date.prototype.toISOString` writes it. */
export const Instant = z.iso.datetime()
export type Instant = z.infer<typeof Instant>

export const NodeRef = z.object({ context: ContextName, node: NodeAddress })
export type NodeRef = z.infer<typeof NodeRef>

export const RunId = z.string().min(1).max(64).brand<'RunId'>()
export type RunId = z.infer<typeof RunId>

export const Nothing = z.object({})
export type Nothing = z.infer<typeof Nothing>

/** The command line that would do the same; shown with a copy button beside every action. */
export const TalosctlCommand = z.string()
