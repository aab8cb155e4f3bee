import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml'
import type { SchematicRequest } from '../machine/schematic.ts'

/** What the factory answers 400 for, in its words. */
export class BadSchematic extends Error {}

type Shape =
  | { readonly type: 'string' | 'bool' | 'uint8' | 'uint' | 'any' }
  | { readonly type: 'list'; readonly of: Shape; readonly go: string }
  | { readonly type: 'struct'; readonly go: string; readonly fields: Readonly<Record<string, Shape>> }

const TEXT: Shape = { type: 'string' }
const TEXTS: Shape = { type: 'list', of: TEXT, go: '[]string' }

/** The factory's Go structs (behaviour.md §5.10). */
const SCHEMATIC: Shape = {
  type: 'struct',
  go: 'schematic.Schematic',
  fields: {
    owner: TEXT,
    overlay: {
      type: 'struct',
      go: 'schematic.Overlay',
      fields: { image: TEXT, name: TEXT, options: { type: 'any' } },
    },
    customization: {
      type: 'struct',
      go: 'schematic.Customization',
      fields: {
        embeddedMachineConfiguration: TEXT,
        extraKernelArgs: TEXTS,
        meta: {
          type: 'list',
          go: '[]schematic.MetaValue',
          of: { type: 'struct', go: 'schematic.MetaValue', fields: { key: { type: 'uint8' }, value: TEXT } },
        },
        systemExtensions: {
          type: 'struct',
          go: 'schematic.SystemExtensions',
          fields: { officialExtensions: TEXTS },
        },
        bootloader: TEXT,
        secureboot: {
          type: 'struct',
          go: 'schematic.SecureBootCustomization',
          fields: { enrollKeys: TEXT, includeWellKnownCertificates: { type: 'bool' } },
        },
        diskImage: {
          type: 'struct',
          go: 'schematic.DiskImageCustomization',
          fields: { sectorSize: { type: 'uint' } },
        },
      },
    },
  },
}

interface PostedSchematic {
  readonly owner?: string
  readonly overlay?: NonNullable<SchematicRequest['overlay']>
  readonly customization?: Omit<SchematicRequest, 'overlay' | 'extensions' | 'kernelArguments'> & {
    readonly extraKernelArgs?: readonly string[]
    readonly systemExtensions?: { readonly officialExtensions?: readonly string[] }
  }
}

/**
 * A posted schematic. Extensions are not looked up here, as the factory does not either: a name that does not exist
 * fails the builds, not the POST.
 * @throws BadSchematic for YAML that cannot be read, unknown fields and values of another type
 */
export function readSchematic(text: string): SchematicRequest {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error) throw new BadSchematic(`yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message}`)
  if (document.contents === null) throw new BadSchematic('EOF')
  const problems: string[] = []
  check(document.contents, SCHEMATIC, (node, problem) =>
    problems.push(`  line ${lines.linePos(node.range?.[0] ?? 0).line}: ${problem}`),
  )
  if (problems.length > 0) throw new BadSchematic(`yaml: unmarshal errors:\n${problems.join('\n')}`)
  const posted = document.toJS() as PostedSchematic
  if (posted.owner) throw new BadSchematic('owner field is only supported in Enterprise edition')
  return requestOf(posted)
}

function requestOf({ overlay, customization }: PostedSchematic): SchematicRequest {
  const { extraKernelArgs, systemExtensions, ...same } = customization ?? {}
  return {
    ...(overlay ? { overlay } : {}),
    ...same,
    kernelArguments: extraKernelArgs ?? [],
    extensions: systemExtensions?.officialExtensions ?? [],
  }
}

/** As yaml.v3 decodes into structs with known fields only; null leaves a field as it is. */
function check(node: Node, shape: Shape, tell: (node: Node, problem: string) => void): void {
  if (isScalar(node) && node.value === null) return
  switch (shape.type) {
    case 'any':
      return
    case 'struct':
      if (!isMap(node)) {
        tell(node, `cannot unmarshal ${tagOf(node)} into ${shape.go}`)
        return
      }
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : ''
        const field = shape.fields[name]
        if (!field) tell(key as Node, `field ${name} not found in type ${shape.go}`)
        else if (value) check(value as Node, field, tell)
      }
      return
    case 'list':
      if (!isSeq(node)) tell(node, `cannot unmarshal ${tagOf(node)} into ${shape.go}`)
      else for (const item of node.items) check(item as Node, shape.of, tell)
      return
    case 'string':
    case 'bool':
    case 'uint8':
    case 'uint':
      if (!isScalar(node) || !fits(node.value, shape.type))
        tell(node, `cannot unmarshal ${tagOf(node)} into ${shape.type}`)
  }
}

/** Any scalar can be read into a Go string. */
function fits(value: unknown, type: 'string' | 'bool' | 'uint8' | 'uint'): boolean {
  if (type === 'string') return true
  if (type === 'bool') return typeof value === 'boolean'
  return Number.isInteger(value) && Number(value) >= 0 && (type === 'uint' || Number(value) < 256)
}

function tagOf(node: Node): string {
  if (isMap(node)) return '!!map'
  if (isSeq(node)) return '!!seq'
  const value = isScalar(node) ? node.value : undefined
  const tag = { boolean: '!!bool', number: Number.isInteger(value) ? '!!int' : '!!float' }[
    typeof value as string
  ]
  return `${tag ?? '!!str'} \`${String(value).slice(0, 10)}\``
}
