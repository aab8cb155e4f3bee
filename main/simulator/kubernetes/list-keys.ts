/** Lists whose elements Kubernetes tells apart by a key, and by which; all others count as one value. */
const LIST_KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  addresses: [['type']],
  conditions: [['type']],
  containers: [['name']],
  initContainers: [['name']],
  volumes: [['name']],
  env: [['name']],
  volumeMounts: [['mountPath']],
  ports: [
    ['containerPort', 'protocol'],
    ['port', 'protocol'],
  ],
}

/** What a key that is missing counts as. */
const DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' }

type Tree = Readonly<Record<string, unknown>>

/**
 * The key of an element of the list of that name, as managed fields write it: `k:{"name":"coredns"}`. Undefined where
 * the list is one value.
 */
export function elementKey(list: string, element: unknown): string | undefined {
  if (!isTree(element)) return undefined
  const names = LIST_KEYS[list]?.find(([first = '']) => element[first] !== undefined)
  if (!names) return undefined
  const key = Object.fromEntries(names.map((name) => [name, element[name] ?? DEFAULTS[name]]))
  return `k:${JSON.stringify(key)}`
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
