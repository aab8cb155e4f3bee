/** What can go wrong on purpose, and what a client sees of it. */
export interface ScenarioFacts {
  readonly name: string
  /** `node`: on one machine at a time, on several when caused on several. `cluster`: on all of it, or none. */
  readonly scope: 'node' | 'cluster'
  /** Which machine is taken when nobody says which. */
  readonly on: 'any' | 'controlplane' | 'worker'
  /** One line: what happens until it is settled. */
  readonly effect: string
}

function facts(
  name: string,
  scope: ScenarioFacts['scope'],
  on: ScenarioFacts['on'],
  effect: string,
): ScenarioFacts {
  return { name, scope, on, effect }
}

/** All of them; they can be combined, and switched while the cluster runs. */
export const SCENARIOS: readonly ScenarioFacts[] = [
  facts('node-off', 'node', 'worker', 'The plug is pulled: its port refuses. Settled, it boots.'),
  facts('slow-node', 'node', 'worker', 'Every answer takes three and a half seconds longer.'),
  facts('flapping-link', 'node', 'worker', 'The first port loses its cable for seconds, again and again.'),
  facts('etcd-member-down', 'node', 'controlplane', 'Its etcd ends and ends again; another member leads.'),
  facts(
    'two-control-planes',
    'cluster',
    'controlplane',
    'Control planes beyond two are switched off and no members any more. Settled, they join as new members.',
  ),
  facts('etcd-nospace', 'node', 'controlplane', 'The member raises the alarm NOSPACE.'),
  facts(
    'upgrade-never-ready',
    'node',
    'worker',
    'The kubelet of a new version stays unhealthy: the boot fails and the node goes back to its old entry.',
  ),
  facts('upgrade-wrong-image', 'node', 'worker', 'The installer cannot be executed and exits with 1.'),
  facts('pull-stalls', 'node', 'worker', 'Layers of a pull stop halfway.'),
  facts(
    'schematic-missing-extension',
    'node',
    'worker',
    'The factory refuses to build images with iscsi-tools: pulls from it fail.',
  ),
  facts(
    'drain-blocked-by-pdb',
    'node',
    'worker',
    'A disruption budget lets no pod that holds volumes leave: drains run into their timeout.',
  ),
  facts(
    'storage-degraded',
    'node',
    'worker',
    'Replicas of volumes on it are rebuilt and never done: volumes stay degraded, the last healthy replica is guarded.',
  ),
  facts('reboot-hangs', 'node', 'worker', 'After power-down the firmware does not come back.'),
  facts(
    'apply-kills-network',
    'node',
    'worker',
    'The next applied config takes the node off the network, until a try reverts.',
  ),
  facts(
    'staged-config-pending',
    'node',
    'worker',
    'The config on disk differs from the active one, for the next reboot.',
  ),
  facts('expired-certificate', 'node', 'worker', 'Its API shows a certificate that ran out an hour ago.'),
  facts('clock-skew', 'node', 'worker', 'Its clock is three hours behind and not synced.'),
  facts(
    'mixed-versions',
    'cluster',
    'any',
    'Every second node restarts as one of a neighbouring Talos line, with a fresh config for it.',
  ),
  facts(
    'silent-fallback',
    'node',
    'worker',
    'After an upgrade the boot loader starts the old entry and nobody says so.',
  ),
  facts(
    'locked-sequence',
    'node',
    'worker',
    'A sequence that never ends holds the lock: reboots and upgrades are refused in the events only.',
  ),
  facts('disk-failing', 'node', 'worker', 'The kernel log fills with read errors of the system disk.'),
  facts(
    'diagnostics',
    'node',
    'worker',
    'Talos reports an overlap of host and pod addresses as a diagnostic.',
  ),
  facts('log-flood', 'node', 'worker', 'The kubelet writes five thousand lines a second.'),
]
