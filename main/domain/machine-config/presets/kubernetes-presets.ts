import { field } from './fields.ts'
import { isPair, isPath, isTaint } from './form-values.ts'
import { compact, typed, type PresetDefinition } from './preset.ts'

const kubeletMounts: PresetDefinition = {
  id: 'kubelet-mounts',
  // The document of 1.14 has no mounts: what lies under /var/mnt needs none, and the rest keeps the old field.
  offered: ({ names }) => names('KubeletConfig').length === 0,
  fields: () => [
    field('source', 'text', { required: true, hint: '/var/lib/longhorn', check: isPath }),
    field('destination', 'text', { hint: '/var/lib/longhorn', check: isPath }),
    field('readOnly', 'switch'),
  ],
  build(values) {
    const source = values.text('source')
    const destination = values.text('destination') === '' ? source : values.text('destination')
    const options = ['bind', 'rshared', values.on('readOnly') ? 'ro' : 'rw']
    return [{ machine: { kubelet: { extraMounts: [{ destination, type: 'bind', source, options }] } } }]
  },
}

const labelsTaints: PresetDefinition = {
  id: 'labels-taints',
  offered: () => true,
  fields: () => [
    field('labels', 'pairs', { hint: 'topology.kubernetes.io/zone=cupboard', check: isPair }),
    field('taints', 'pairs', { hint: 'storage=only:NoSchedule', check: isTaint }),
  ],
  check: (values) =>
    Object.keys({ ...values.pairs('labels'), ...values.pairs('taints') }).length === 0
      ? [{ field: 'labels', code: 'missing' }]
      : [],
  build(values, { names }) {
    const some = (pairs: Readonly<Record<string, string>>) =>
      Object.keys(pairs).length === 0 ? undefined : pairs
    const labels = some(values.pairs('labels'))
    const taints = some(values.pairs('taints'))
    return names('KubeNodeConfig').length > 0
      ? [typed('KubeNodeConfig', { labels, taints })]
      : [{ machine: compact({ nodeLabels: labels, nodeTaints: taints }) }]
  },
}

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'

const schedule: PresetDefinition = {
  id: 'schedule-control-planes',
  offered: ({ role }) => role === 'controlplane',
  fields: () => [field('allow', 'switch', { value: 'true' })],
  build(values, { names }) {
    const allow = values.on('allow')
    if (names('KubeNodeConfig').length === 0) return [{ cluster: { allowSchedulingOnControlPlanes: allow } }]
    // Since 1.14 the taint stands in the document and is taken out or put in by name.
    return [
      typed('KubeNodeConfig', { taints: { [CONTROL_PLANE]: allow ? { $patch: 'delete' } : 'NoSchedule' } }),
    ]
  },
}

const kubeprism: PresetDefinition = {
  id: 'kubeprism',
  offered: () => true,
  fields: () => [
    field('enabled', 'switch', { value: 'true' }),
    field('port', 'number', { value: '7445', required: true }),
  ],
  check: (values) => {
    const port = values.number('port') ?? 0
    return port < 1 || port > 65_535 ? [{ field: 'port', code: 'not-a-number' }] : []
  },
  build(values, { names }) {
    const port = values.number('port')
    const enabled = values.on('enabled')
    if (names('KubePrismConfig').length === 0)
      return [{ machine: { features: { kubePrism: { enabled, port } } } }]
    // The document is the switch: without it there is no KubePrism.
    return [
      enabled
        ? typed('KubePrismConfig', { port })
        : { apiVersion: 'v1alpha1', kind: 'KubePrismConfig', $patch: 'delete' },
    ]
  },
}

export const KUBERNETES_PRESETS: readonly PresetDefinition[] = [
  kubeletMounts,
  labelsTaints,
  schedule,
  kubeprism,
]
