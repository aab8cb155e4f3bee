import type { CheckReason, NodePlan, PlanRow, PreflightCheck, UpgradeTarget } from '#contract/upgrades.ts'
import type { Texts } from '../text-types.ts'

/** Upgrade of one node and the way back. */
export const upgradesEn = {
  'upgrade.title': 'Upgrade {node} to Talos {version}',
  'upgrade.title.choose': 'Upgrade {node}',
  'upgrade.title.rollback': 'Roll {node} back',
  'upgrade.computed': 'Computed {time}',
  'upgrade.refused-when': 'holds until {time}, unless the configuration, the schematic or etcd moves',
  'upgrade.again': 'Compute again',
  'upgrade.target': 'Target',
  'upgrade.target.remark': '{node} runs {version}',
  'upgrade.target.remark-kubernetes': '{node} runs {version} with Kubernetes {kubernetes}',
  'upgrade.target.supports': 'Runs Kubernetes {min} to {max}.',
  'upgrade.target.hide': 'Show fewer',

  'target.recommended': 'recommended',
  'target.latest-patch': 'latest patch',
  'target.allowed': 'allowed',
  'target.superseded': 'superseded by a later patch',
  'target.same-version': 'same version: installs it again',
  'target.downgrade-allowed': 'downgrade, allowed',
  'target.skips-a-minor': 'skips a minor: go through the one between',
  'target.host-too-old': 'host too old',
  'target.host-too-new': 'host too new',
  'target.kubernetes-too-new': 'Kubernetes too new',
  'target.kubernetes-too-old': 'Kubernetes too old',
  'target.pre-release': 'pre-release',

  'plan.changes': 'What changes on {node}',
  'plan.changes.remark': 'read from the node at {time}',
  'plan.part': 'Part',
  'plan.before': 'Before',
  'plan.after': 'After',
  'plan.as-in': 'as in {version}',
  'plan.lost': 'lost',
  'plan.why.role-too-low': 'Not known: before Talos 1.11 only a key with os:admin may read it.',
  'plan.why.no-slot': 'Not known: kexec started this node and does not say out of which slot.',
  'plan.not-known': 'Known only after the reboot.',
  'plan.row.talos': 'Talos',
  'plan.row.kernel': 'Kernel',
  'plan.row.containerd': 'containerd',
  'plan.row.etcd': 'etcd',
  'plan.row.kubernetes-support': 'Kubernetes it can run',
  'plan.row.kubernetes': 'Kubernetes',
  'plan.row.schematic': 'Schematic',
  'plan.row.extensions': 'Extensions',
  'plan.row.kernel-arguments': 'Kernel arguments',
  'plan.row.boot-entry': 'Boot entry',
  'plan.row.image': 'Installer image',
  'plan.row.mechanism': 'How',
  'plan.mechanism.lifecycle': 'pull, install, reboot (LifecycleService)',
  'plan.mechanism.legacy': 'the node does it all (MachineService.Upgrade)',
  'plan.mechanism.rollback': 'switch to the other slot, reboot',
  'plan.secure-boot.on': 'on',
  'plan.secure-boot.off': 'off',
  'plan.row.restart': 'Restart',
  'plan.restart.kexec': 'by kexec, straight into the new kernel: Talos’ own way',
  'plan.restart.firmware-asked': 'through the firmware, because you want a cold boot proven',
  'plan.restart.firmware-secure-boot': 'through the firmware: under secure boot there is no kexec',
  'plan.restart.firmware-sysctl': 'through the firmware: kexec is switched off on this node',
  'plan.row.pods': 'Its pods',
  'plan.pods.drained': 'leave first; what has not left after {time}, you are asked about',
  'plan.pods.not-drained': 'stop with the node, as you chose, and start again when it is back',
  'plan.pods.nowhere-to-go':
    'stop with the node: no other node takes pods. They are down until it is ready again',
  'plan.pods.unasked': 'stop with the node: Kubernetes could not be asked to move them',
  'plan.pods.node-drains': 'the node drains itself, five minutes at most; what stays then stops with it',
  'plan.kept': 'Kept',
  'plan.kept.rollback': 'Stays as it is now',
  'plan.kept.ephemeral': 'images, pods and everything else in /var',
  'plan.kept.state': 'the machine configuration, unchanged',
  'plan.kept.etcd-data': 'its data stays',
  'plan.kept.user-volume': 'user volumes with what is in them',
  'plan.kept.other-slot': 'stays on the node as the way back',
  'plan.kept.config': 'the machine configuration, as it is now',
  'plan.kept.meta': 'META stays',
  'plan.steps': 'In this order',
  'plan.estimate': 'about {time}, from earlier runs of this node',
  'plan.reboot': 'One reboot.',

  'preflight.title': 'Preflight',
  'preflight.asked': 'asked {time}',
  'preflight.block': 'blocks',
  'preflight.warn': 'warns',
  'preflight.unknown': 'unknown',
  'preflight.pass': 'pass',
  'check.role-admin': 'Your role',
  'check.certificate-outlives-run': 'Your certificate outlives the run',
  'check.version-path': 'Path',
  'check.image': 'Image',
  'check.etcd-quorum': 'etcd quorum',
  'check.no-other-run': 'No other run',
  'check.config-not-staged': 'No configuration waits',
  'check.time-in-sync': 'Clock in sync',
  'check.node-ready': 'Node ready',
  'check.kernel-arguments-kept': 'Kernel arguments kept',
  'check.schematic-kept': 'Schematic kept',
  'check.kubernetes-supported': 'Kubernetes supported',
  'check.other-control-planes-ready': 'Other control planes ready',
  'check.kubernetes-api': 'Kubernetes answers',
  'check.pods-can-move': 'Pods can leave',
  'check.storage-settled': 'Storage settled',
  'check.unread': 'Nobody could read it, so nobody can tell.',
  'check.advice.kubernetes-api':
    'Without Kubernetes no pod is moved before its node restarts: each stops with it, and starts again when it is back.',
  'check.advice.pods-can-move': 'The drain will stop at these and ask what you want.',
  'check.advice.storage-settled': 'A volume that rebuilds has fewer copies now. Wait until it is whole.',
  'check.advice.role-admin': 'Upgrades need a key with os:admin.',
  'check.advice.certificate-outlives-run': 'Renew the certificate first: it would expire in the middle.',
  'check.advice.version-path': 'Choose a version on the way, minor by minor.',
  'check.advice.image': 'Ichor cannot prove this image before it is pulled.',
  'check.advice.etcd-quorum': 'etcd would lose its quorum or has no member to spare. Heal it first.',
  'check.advice.no-other-run': 'One run per cluster. Wait for the other, or settle it.',
  'check.advice.config-not-staged': 'The reboot applies the configuration that waits on disk as well.',
  'check.advice.time-in-sync': 'Certificates depend on the clock. Wait for time sync.',
  'check.advice.node-ready': 'The node is not well already. What is wrong now will be wrong afterwards.',
  'check.advice.kernel-arguments-kept': 'This way of upgrading would drop them.',
  'check.advice.schematic-kept': 'The extensions of this node would be gone.',
  'check.advice.kubernetes-supported': 'Upgrade Kubernetes first, or choose another version.',
  'check.advice.other-control-planes-ready':
    'Never two control planes at once. Wait until the others are ready.',

  'target.unknown-line': 'a line of Talos that this Ichor does not know',
  'target.not-published': 'the Image Factory does not list it',
  'plan.none-before': 'none before',
  'plan.row.extension': 'Extension',
  'plan.row.boot-loader': 'Boot loader',
  'plan.row.secure-boot': 'Secure boot',
  'plan.row.overlay': 'Board overlay',
  'plan.added': 'added',
  'plan.removed': 'removed',
  'check.extensions-published': 'Extensions published',
  'check.own-image': 'Image of your own',
  'check.disk-space': 'Room on the disk',
  'check.boot-space': 'Room for boot files',
  'check.memory': 'Memory',
  'check.no-other-sequence': 'Nothing else under way on the node',
  'check.diagnostics': 'Diagnostics',
  'check.config-readable': 'Configuration readable',
  'check.advice.extensions-published': 'Nobody could tell whether all extensions exist for this version.',
  'check.advice.own-image': 'This image does not come from an Image Factory.',
  'check.advice.disk-space':
    'The image needs room on EPHEMERAL. Make some: the kubelet clears unused images by itself when it is told to.',
  'check.advice.boot-space': 'Two sets of boot files have to fit. What is free there Talos does not tell.',
  'check.advice.memory': 'Talos recommends more memory than this machine has.',
  'check.advice.no-other-sequence': 'The node does one thing at a time. Wait until it is through.',
  'check.advice.diagnostics': 'Talos itself complains of something. Look at it first.',
  'check.other-slot': 'Something to go back to',
  'check.advice.other-slot': 'Talos goes back only where its other boot slot holds something.',
  'check.advice.config-readable': 'Nobody can tell here whether that version reads this configuration.',
  'because.etcd-two-members':
    'etcd needs both of its two members to agree. While one restarts it stops, and Kubernetes’ API with it. Add a third control plane first, or remove one of the two.',
  'because.etcd-one-member':
    'etcd has this member only. While the node restarts, Kubernetes’ API is down for the whole cluster; what runs on other nodes goes on.',
  'because.image-missing': 'No registry has this image. Nothing would be changed, and nothing upgraded.',
  'because.image-not-registered':
    'The Image Factory has not heard of this schematic yet. It is told when you press “Check with the factory”, or at the start.',
  'because.image-building':
    'The Image Factory is still building this image. That takes up to some minutes; compute again then.',
  'because.image-unpublished': 'The Image Factory does not list this version.',
  'because.image-unasked':
    'Whether this image exists could not be asked. The node pulls it first; if it is not there, nothing has changed.',
  'because.image-other-architecture': 'This image is not made for the architecture of this machine.',
  'because.choice-content-unknown': 'What the node’s schematic holds is not known, so it cannot be changed.',
  'because.choice-content-unproven':
    'Ichor cannot write this schematic so that its id comes out the same, so it does not change it.',
  'because.choice-unknown-fields':
    'The node’s schematic has parts that Ichor does not know. It would lose them.',
  'because.choice-secret-unresolved':
    'A mark for a secret stands where this node has none. Write the value itself, or undo.',
  'because.choice-typed-differs': 'To keep an image of your own, type its name once more, without the tag.',
  'because.choice-not-a-reference':
    'This is no image reference: registry, name and tag, as in registry.casa.lan/talos/installer:v1.14.0.',
  'because.own-image-replaced':
    'The node was installed from an image of your own. What you put into it is not in the next one.',
  'because.own-image-kept':
    'Nobody here can tell what is in this image. Platform, secure boot and extensions are up to you.',
  'because.extension-missing':
    'These are not published for the target version; the image cannot be built. Take them out, or wait for them.',
  'because.extension-lost': 'The extensions of this node would be gone: no schematic names them.',
  'because.extension-renamed': 'These have another name in the target version. The Image Factory knows both.',
  'because.extension-unasked': 'Whether all extensions exist for this version could not be asked.',
  'because.grub-ignores-schematic':
    'This node boots with GRUB and takes its arguments from machine.install.extraKernelArgs; those of the schematic have no effect.',
  'because.grub-loses-arguments':
    'It boots with GRUB and takes its arguments from the configuration. This way of upgrading does not hand them on.',
  'because.grub-drops-arguments':
    'These are on its command line now and not in machine.install.extraKernelArgs, where GRUB gets them from. They will be gone; name them there first to keep them.',
  'because.path-through-patch': 'Talos tests the way through the latest patch of each minor. Go there first.',
  'because.path-skips': 'Talos goes one minor at a time. Start with the first stop of the path.',
  'because.path-pre-release': 'A pre-release, for trying out. There may be no way to the finished version.',
  'because.path-downgrade':
    'A step back. The configuration stays as it is and has to be readable by the older version.',
  'because.path-setback':
    'It runs a newer Talos than this target already. Leave it out; to take it back on purpose, plan that by itself.',
  'because.path-again':
    'It runs this version already. In this run it would be installed again, with a restart.',
  'because.config-unreadable':
    'That version does not know these parts. It would load none of the configuration and come up in maintenance mode.',
  'because.memory-below-minimum': 'Talos wants more memory than this machine has.',
  'because.sequence-locked': 'A sequence holds the node and refused another one.',
  'because.pods-nowhere-to-go':
    'No other node takes pods, so none is moved. What runs here is down from the restart until the node is ready again.',
  'because.pods-not-drained':
    'You chose not to move pods. These stop with the node, budgets or not, and start again when it is back.',
  'because.pods-unmanaged':
    'No controller would make these anew on another node, so the drain leaves them. They stop with this node and start again with it.',
  'because.other-slot-empty':
    'The boot menu lists what runs and nothing beside it: there is nothing to go back to. For another version, an older one too, plan an upgrade to it. If something was installed since the last start through the firmware, a reboot with “Power cycle” shows it.',
  'because.other-slot-refused':
    'Talos has refused to go back since the node started: nothing is in the other slot. For another version, an older one too, plan an upgrade to it.',
  'because.other-slot-untold':
    'Nothing tells what is in the other slot. If it is empty, Talos refuses after the pods were moved.',
  'because.pods-held-and-unmanaged':
    'The drain will stop at those that a budget holds and ask what you want. Those without a controller stay: they stop with this node and start again with it.',

  'preflight.read': 'what was read',
  'accept.downtime': 'I accept that Kubernetes’ API and etcd are down until the node is back.',
  'accept.own-image-replaced':
    'I accept that the image of my own is replaced and what I put into it is gone.',
  'accept.own-image-kept': 'I keep this image on purpose and answer for what is in it.',
  'accept.other-slot-untold': 'I accept that pods may be moved for nothing: the other slot may be empty.',
  'accept.other': 'I have read this and go on.',
  'upgrade.accept-first': {
    one: '{count} point has to be accepted.',
    other: '{count} points have to be accepted.',
  },
  'upgrade.start': 'Upgrade {node} to {version}',
  'upgrade.start.rollback': 'Roll {node} back',
  'upgrade.blocked': { one: '{count} check blocks.', other: '{count} checks block.' },
  'upgrade.nothing-sent': 'Nothing has been sent yet.',
  'upgrade.choose-first': 'Choose a version to see what changes.',
  'rollback.intro':
    'The node boots the version in its other slot. The configuration and the data stay as they are now.',
} as const satisfies Texts &
  Record<`target.${UpgradeTarget['reason']}`, string> &
  Record<`plan.row.${PlanRow['fact']}`, string> &
  Record<`plan.mechanism.${NodePlan['mechanism']}`, string> &
  Record<`plan.kept.${NodePlan['kept'][number]['what']}`, string> &
  Record<`check.${PreflightCheck['id']}` | `check.advice.${PreflightCheck['id']}`, string> &
  Record<`because.${CheckReason}`, string> &
  Record<`preflight.${PreflightCheck['outcome']}`, string>
