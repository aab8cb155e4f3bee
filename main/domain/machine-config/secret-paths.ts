import type { SecretPath } from './config-facts.ts'
import type { ScalarTree, Tree } from './config-tree.ts'
import { labelOf, LEGACY, type ConfigDocument, type Identity, type ParsedConfig } from './parse-config.ts'

export interface FoundSecret {
  /** `machine.token`, `RegistryAuthConfig/registry.casa.lan.password`: what stands between the placeholder's marks. */
  readonly name: string
  /** Document and path as the change table writes them, to know a leaf again. */
  readonly document: Identity
  readonly path: string
  readonly scalar: ScalarTree
  /** Only the value of this query parameter is secret. */
  readonly query?: string
}

/** Every scalar of the configuration that the table calls a secret, in the order of the text. */
export function findSecrets(config: ParsedConfig, table: readonly SecretPath[]): readonly FoundSecret[] {
  const found: FoundSecret[] = []
  for (const document of config.documents) {
    const identity = document.identity()
    for (const row of table) {
      if (row.document === identity.kind) walkDocument(document, identity, row, found)
    }
  }
  const seen = new Set<number>()
  return found
    .sort((a, b) => a.scalar.start - b.scalar.start)
    .filter(({ scalar }) => !seen.has(scalar.start) && seen.add(scalar.start))
}

function readStep(step: string): { readonly key: string; readonly list: boolean } {
  return step.endsWith('[]') ? { key: step.slice(0, -2), list: true } : { key: step, list: false }
}

function walkDocument(
  document: ConfigDocument,
  identity: Identity,
  row: SecretPath,
  found: FoundSecret[],
): void {
  const root = document.root()
  if (root === undefined) return
  walk(root, row.path.split('.'), 0, '', (scalar, path) => {
    if (scalar.value === '') return
    const prefix = identity.kind === LEGACY ? '' : `${labelOf(identity).replace(' ', '/')}.`
    found.push({
      name: readable(`${prefix}${path}${row.query === undefined ? '' : `.${row.query}`}`),
      document: identity,
      path,
      scalar,
      ...(row.query === undefined ? {} : { query: row.query }),
    })
  })
}

/** Names stand in YAML without quotes, so nothing in them may end a plain scalar. */
function readable(name: string): string {
  return name.replace(/[^A-Za-z0-9._/:@*[\]-]|:$/g, (char) => `%${(char.codePointAt(0) ?? 0).toString(16)}`)
}

function walk(
  tree: Tree,
  pattern: readonly string[],
  at: number,
  path: string,
  visit: (scalar: ScalarTree, path: string) => void,
): void {
  const step = pattern[at]
  if (step === undefined) {
    // What should be one text and is a block instead is hidden whole, leaf by leaf.
    everyScalar(tree, path, visit)
    return
  }
  if (step === '**') {
    walk(tree, pattern, at + 1, path, visit)
    if (tree.kind === 'map') {
      for (const entry of tree.entries.values())
        walk(entry.value(), pattern, at, join(path, entry.key), visit)
    } else if (tree.kind === 'list') {
      for (const [index, item] of tree.items.entries())
        walk(item.value(), pattern, at, `${path}[${index}]`, visit)
    }
    return
  }
  if (tree.kind !== 'map') return
  const { key, list } = readStep(step)
  const entries = key === '*' ? [...tree.entries.values()] : [tree.entries.get(key)]
  for (const entry of entries) {
    if (entry === undefined) continue
    const value = entry.value()
    const here = join(path, entry.key)
    if (!list) walk(value, pattern, at + 1, here, visit)
    else if (value.kind === 'list') {
      for (const [index, item] of value.items.entries())
        walk(item.value(), pattern, at + 1, `${here}[${index}]`, visit)
    }
  }
}

function everyScalar(tree: Tree, path: string, visit: (scalar: ScalarTree, path: string) => void): void {
  if (tree.kind === 'scalar') visit(tree, path)
  else if (tree.kind === 'list')
    tree.items.forEach((item, i) => everyScalar(item.value(), `${path}[${i}]`, visit))
  else for (const entry of tree.entries.values()) everyScalar(entry.value(), join(path, entry.key), visit)
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
