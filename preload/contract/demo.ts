import { z } from 'zod'
import { method } from './define.ts'

/** What can go wrong on purpose in the demo cluster, by the names the simulator knows. */
export const DemoScenarioName = z.enum([
  'node-off',
  'reboot-hangs',
  'slow-node',
  'flapping-link',
  'disk-failing',
  'clock-skew',
  'expired-certificate',
  'log-flood',
  'diagnostics',
  'etcd-member-down',
  'etcd-nospace',
  'two-control-planes',
  'upgrade-never-ready',
  'upgrade-wrong-image',
  'pull-stalls',
  'schematic-missing-extension',
  'silent-fallback',
  'locked-sequence',
  'mixed-versions',
  'apply-kills-network',
  'staged-config-pending',
  'drain-blocked-by-pdb',
  'storage-degraded',
])
export type DemoScenarioName = z.infer<typeof DemoScenarioName>

export const DemoScenario = z.object({
  name: DemoScenarioName,
  /** `cluster`: it chooses its nodes by itself. */
  scope: z.enum(['node', 'cluster']),
  /** Hostnames it can be put on, the first one by default. Empty for those of the whole cluster. */
  fits: z.array(z.string()),
  /** Hostnames it is on now. */
  on: z.array(z.string()),
})
export type DemoScenario = z.infer<typeof DemoScenario>

const Order = z.object({ name: DemoScenarioName, node: z.string().optional() })
const Scenarios = z.object({ scenarios: z.array(DemoScenario) })

/** Troubles of the demo cluster. All fail with `context-not-found` while it does not run. */
export const demoContract = {
  'demo.scenarios': method(z.object({}), Scenarios),
  /** Causes it and answers how all stand then; `refused` with the simulator's words where it cannot be. */
  'demo.cause': method(Order, Scenarios),
  /** On that node, or wherever it is on. */
  'demo.settle': method(Order, Scenarios),
} as const
