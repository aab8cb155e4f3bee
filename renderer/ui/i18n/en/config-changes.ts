import type { ChangeRow, ReviewStop, RiskCode } from '#contract/machine-configs.ts'
import type { Texts } from '../text-types.ts'

/** What a change costs and risks, how it is exported, and what the node's own dry run says of it. */
export const configChangesEn = {
  'review.export': 'Export',
  'review.export.copy.markdown': 'Copy as Markdown',
  'review.export.copy.patch': 'Copy as a strategic merge patch',
  'review.export.copy.json': 'Copy as JSON',
  'review.export.save.markdown': 'Save as Markdown…',
  'review.export.save.patch': 'Save as a strategic merge patch…',
  'review.export.save.json': 'Save as JSON…',
  'review.export.copied': 'Copied.',
  'review.export.saved': 'Saved: {file}',
  'review.export.missing': {
    one: '{count} change is not in the patch: {paths}',
    other: '{count} changes are not in the patch: {paths}',
  },
  'review.export.secrets': 'Secrets say that they change, never what they are.',
  'review.export.failed': 'It could not be copied. Save it to a file instead.',

  'effect.live': 'live',
  'effect.restarts': 'restarts {service}',
  'effect.reboot': 'reboots the node',
  'effect.at-reboot': 'at the next reboot',
  'effect.none.install-only': 'none once installed',
  'effect.none.inert': 'none: Talos ignores it',
  'effect.none.comment': 'none: a comment',
  'effect.rejected': 'refused by this version',
  'effect.unknown': 'unknown',
  'effect.live.why': 'Controllers of the node take it up as soon as it arrives. Nothing restarts.',
  'effect.restarts.why': 'Talos restarts {service} to take it up; the rest goes on.',
  'effect.reboot.why': 'This Talos takes it up only with a reboot.',
  'effect.at-reboot.why':
    'It is stored, and in force after the next reboot. The node does not reboot by itself, and does not say that it waits.',
  'effect.none.install-only.why':
    'It is read when Talos is installed. On an installed node it changes nothing; upgrades bring their own image.',
  'effect.none.inert.why': 'This Talos version accepts the field and ignores it.',
  'effect.none.comment.why': 'Comments and order change nothing on the node.',
  'effect.rejected.why': 'This Talos version refuses it when it is sent.',
  'effect.unknown.why': 'Ichor does not know what this field costs on this Talos version.',

  'risk.touches-connection': 'your connection',
  'risk.touches-network': 'network',
  'risk.renames-node': 'renames the node',
  'risk.cluster-identity': 'cluster identity',
  'risk.machine-type': 'machine type',
  'risk.cert-sans': 'certificate',
  'risk.removes-user-volume': 'removes a volume',
  'risk.removes-document': 'removes a document',
  'risk.mixed-with-legacy': 'old and new mixed',
  'risk.newer-than-other-slot': 'no way back',
  'risk.kubernetes-version': 'Kubernetes version',
  'risk.etcd': 'etcd',
  'risk.secret-changed': 'secret',
  'risk.hostname-twice': 'two host names',
  'risk.even-control-planes': 'even control planes',
  'risk.disk-none': 'no such disk',
  'risk.disk-many': 'several disks fit',
  'risk.selector-invalid': 'selector not valid',
  'risk.link-missing': 'no such link',
  'risk.link-many': 'several links fit',
  'risk.touches-connection.why':
    'It changes the address or the link by which Ichor reaches this node. A try goes back by itself if the node is lost.',
  'risk.touches-network.why':
    'The other end of the link, the switch and the other nodes have to agree, or the node drops off the network.',
  'risk.renames-node.why':
    'Kubernetes sees a new node under the new name; the old one stays until it is deleted.',
  'risk.cluster-identity.why':
    'The node would no longer belong to its cluster: its identity or its keys differ.',
  'risk.machine-type.why':
    'A control plane and a worker are not turned into each other by a field; the node has to be reset.',
  'risk.cert-sans.why':
    'The node issues a new certificate. Names that are gone from it no longer reach the node.',
  'risk.removes-user-volume.why': 'The volume is no longer mounted. Its data stays on the disk, unreachable.',
  'risk.removes-document.why': 'The document goes, and with it everything it configured.',
  'risk.mixed-with-legacy.why':
    'The old field and the new document say the same thing; Talos 1.14 refuses both together.',
  'risk.newer-than-other-slot.why':
    'The Talos in the other boot slot does not know this document. Rolled back, it would stop in maintenance mode.',
  'risk.kubernetes-version.why': 'It changes the version of a Kubernetes component on this node alone.',
  'risk.etcd.why':
    'etcd is never restarted by a change; a wrong value shows at the next reboot, and may keep it down.',
  'risk.secret-changed.why': 'A key or token differs. Whoever holds the old one is shut out.',
  'risk.hostname-twice.why':
    'Two places say what the node is called. Talos takes one of them, or refuses both.',
  'risk.even-control-planes.why':
    'The cluster would have an even number of control planes: it survives no more failures than with one less, and etcd loses quorum sooner.',
  'risk.disk-none.why':
    'Nothing on this node’s list of disks fits. The volume stays waiting, or the installation fails.',
  'risk.disk-many.why':
    'More than one disk of this node fits. Talos takes one of them, perhaps not the one you mean.',
  'risk.selector-invalid.why':
    'The expression cannot be evaluated against what the node has; Talos refuses it or waits for ever.',
  'risk.link-missing.why':
    'This node has no link of that name, and the draft makes none. What is configured for it stays without effect.',
  'risk.link-many.why':
    'More than one link of this node fits. Talos takes one of them, perhaps not the one you mean.',
  'risk.unknown': '{risk}: unknown',
  'risk.unknown.not-told': 'The node does not tell.',
  'risk.unknown.why': '{about} So Ichor cannot tell whether “{risk}” applies here.',

  'stop.other-cluster.title': 'This is the configuration of another cluster',
  'stop.other-cluster.text':
    'Sent, {node} would leave its cluster and could not be reached with your keys any more. It differs in: {fields}. Nothing can be sent until these are as on the node.',

  'dry-run.title': 'The node’s own dry run',
  'dry-run.ask': 'Ask the node',
  'dry-run.asking': 'Asking the node…',
  'dry-run.locked': 'Not during a try: it would stop the timer.',
  'dry-run.lines': 'Lines',
  'dry-run.now': 'Now',
  'dry-run.later': 'Later',
  'dry-run.ichor': 'Ichor',
  'dry-run.node': 'Node',
  'dry-run.same': 'same',
  'dry-run.differs': 'differs',
  'dry-run.no-reboot': 'no reboot',
  'dry-run.reboots': 'reboots',
  'dry-run.stored': 'stored',
  'dry-run.waits': { one: '{count} waits', other: '{count} wait' },
  'dry-run.nothing-waits': 'nothing waits',
  'dry-run.does-not-say': 'does not say',
  'dry-run.disagrees.title': 'The node reads it differently',
  'dry-run.disagrees.text': 'Its count of changed lines is not Ichor’s. Read its diff before you send.',
  'dry-run.refuses': 'refuses it',
  'dry-run.effect-disagrees.title': 'The node would do something else',
  'dry-run.effect-disagrees.text':
    'Ichor expects: {ours}. The node says: {node}. Believe the node, and read its diff before you send.',
  'dry-run.refused-unexpected.title': 'The node refuses what Ichor expected to pass',
  'dry-run.never-tells': 'Since 1.14 a node never tells that a change needs a reboot.',
  'dry-run.read': 'Read the node’s diff',
  'dry-run.diff': 'The node’s diff',
} as const satisfies Texts &
  Record<`risk.${RiskCode}` | `risk.${RiskCode}.why`, string> &
  Record<`effect.${Exclude<ChangeRow['effect']['kind'], 'none'>}.why`, string> &
  Record<`stop.${ReviewStop['code']}.${'title' | 'text'}`, string>
