import type { ImageRow, KubernetesCheck, KubernetesTarget, ManifestRow } from '#contract/kubernetes.ts'
import type { Texts } from '../text-types.ts'

/** Upgrade of a cluster's Kubernetes, and its manifests. */
export const kubernetesEn = {
  'kubernetes.title': 'Upgrade Kubernetes of {context} to {version}',
  'kubernetes.title.choose': 'Upgrade Kubernetes of {context}',
  'kubernetes.runs': 'Runs Kubernetes {version}',
  'kubernetes.refused-when': 'refused if a node or its configuration moves after that, or after {time}',
  'kubernetes.start': 'Upgrade Kubernetes to {version}',
  'kubernetes.nothing-moves': 'Every image is at this version already.',
  'kubernetes.proxy-behind':
    'kube-proxy still runs {version}. It moves with the manifests, and the next minor waits for it.',
  'kubernetes.then-manifests':
    'kube-proxy, CoreDNS and what else Talos brings along move with its manifests.',
  'kubernetes.manifests': 'Manifests…',
  'crumb.kubernetes': 'Kubernetes',
  'crumb.manifests': 'Manifests',
  'kubernetes.open': 'Upgrade…',
  'kubernetes.how': 'How',
  'kubernetes.pre-pull': 'Fetch the images first',
  'kubernetes.pre-pull.why': 'On every node, before anything changes: a missing image is found out in time.',
  'kubernetes.kubelets': 'Kubelets too',
  'kubernetes.kubelets.why': 'They may stay behind for a while. Pods keep running while a kubelet restarts.',
  'kubernetes.images': 'What moves',
  'kubernetes.images.remark': 'read at {time}; in this order, each proven before the next',
  'kubernetes.images.sum': {
    one: '{count} image moves. Nothing else in the configurations changes.',
    other: '{count} images move. Nothing else in the configurations changes.',
  },
  'kubernetes.goes-on': 'Goes on with {component} on {node}',
  'kubernetes.goes-on.text': {
    one: '{count} of {all} images is at {version} already: it is asked again, and nothing is sent for it.',
    other:
      '{count} of {all} images are at {version} already: they are asked again, and nothing is sent for them.',
  },
  'kubernetes.node': 'Node',
  'kubernetes.what': 'What',

  'kubernetes.target.next-minor': 'next minor',
  'kubernetes.target.patch': 'patch of this minor',
  'kubernetes.target.same-version': 'what runs now',
  'kubernetes.target.superseded': 'superseded by a later patch',
  'kubernetes.target.skips-a-minor': 'skips a minor: go through the one between',
  'kubernetes.target.downgrade': 'Kubernetes cannot go back',
  'kubernetes.target.talos-too-old': 'upgrade Talos first on',
  'kubernetes.target.talos-too-new': 'no longer run by Talos on',
  'kubernetes.target.typed': 'typed',
  'kubernetes.target.resumed': 'of the run that was cut off',
  'kubernetes.target.not-known': 'not known to this Ichor',

  'kubernetes.note.changes': 'changes',
  'kubernetes.note.written': 'written, not running yet',
  'kubernetes.note.there-already': 'there already',
  'kubernetes.note.off': 'not run here',
  'kubernetes.note.unknown': 'unknown',

  'kubernetes.check.role-admin': 'Your role',
  'kubernetes.check.certificate-outlives-run': 'Your certificate outlives the run',
  'kubernetes.check.version-path': 'Path',
  'kubernetes.check.talos-supports': 'Talos runs it',
  'kubernetes.check.nodes-answer': 'Every node answers',
  'kubernetes.check.nodes-ready': 'Nodes ready',
  'kubernetes.check.control-planes-ready': 'Control plane pods ready',
  'kubernetes.check.etcd-quorum': 'etcd members',
  'kubernetes.check.config-not-staged': 'No configuration waits',
  'kubernetes.check.no-other-run': 'No other run',
  'kubernetes.check.removed-flags': 'No removed flags',
  'kubernetes.check.removed-feature-gates': 'No removed feature gates',
  'kubernetes.check.removed-admission-plugins': 'No removed admission plugins',
  'kubernetes.check.removed-api-resources': 'No objects of removed APIs',

  'kubernetes.advice.role-admin': 'Configurations can only be written with an admin key.',
  'kubernetes.advice.certificate-outlives-run': 'Renew the talosconfig first: an hour has to be left.',
  'kubernetes.advice.version-path':
    'Kubernetes goes up one minor at a time and never down. The oldest component counts; kube-proxy moves with the manifests.',
  'kubernetes.advice.talos-supports':
    'The Talos of these nodes does not run that Kubernetes. Upgrade Talos first.',
  'kubernetes.advice.nodes-answer': 'Each node’s configuration has to be read before it can be changed.',
  'kubernetes.advice.nodes-ready': 'Mend these nodes first: a kubelet that is down cannot be proven.',
  'kubernetes.advice.control-planes-ready':
    'A control plane is replaced pod by pod; all of them have to be well.',
  'kubernetes.advice.etcd-quorum': 'etcd is not touched, but a sick one is mended before anything restarts.',
  'kubernetes.advice.config-not-staged':
    'A configuration waits for a reboot there; it would be lost. Reboot or discard it first.',
  'kubernetes.advice.no-other-run': 'One run at a time on a cluster. Let it end, or settle it.',
  'kubernetes.advice.removed-flags':
    'The component would not start with these. Take them out of the configuration first.',
  'kubernetes.advice.removed-feature-gates':
    'The component would not start with these. Take them out of the configuration first.',
  'kubernetes.advice.removed-admission-plugins':
    'The API server would not start with these. Take them out of the configuration first.',
  'kubernetes.advice.removed-api-resources':
    'The new API server does not serve these any more. Move or delete the objects first.',

  'manifests.title': 'Manifests of {context}',
  'manifests.what': 'CoreDNS, kube-proxy, flannel, roles: what Talos renders for the cluster',
  'manifests.rendered': 'as {node} renders them',
  'manifests.asking': 'Asking the API server what each object would become. Nothing is changed.',
  'manifests.created': 'Missing in the cluster',
  'manifests.changed': 'Would change',
  'manifests.unknown': 'Could not be asked',
  'manifests.unchanged': 'As rendered',
  'manifests.secret': 'A Secret: its content is not shown.',
  'manifests.nothing': 'The cluster has what is rendered.',
  'manifests.start': { one: 'Apply {count} object', other: 'Apply {count} objects' },
  'manifests.foot': 'Objects that Talos no longer renders stay; nothing is deleted.',
} as const satisfies Texts &
  Record<`kubernetes.target.${KubernetesTarget['reason']}`, string> &
  Record<`kubernetes.note.${ImageRow['note']}`, string> &
  Record<`kubernetes.${'check' | 'advice'}.${KubernetesCheck['id']}`, string> &
  Record<`manifests.${ManifestRow['change']}`, string>
