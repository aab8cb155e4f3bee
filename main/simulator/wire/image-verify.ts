import { parse, parseAllDocuments } from 'yaml'
import type { ImageServiceVerifyResponse } from '../../talos/generated/machine/ImageServiceVerifyResponse.ts'
import { Code, type SimulatedMachine, SimulatedStatus } from '../machine-api.ts'

interface Rule {
  readonly image?: string
  readonly skip?: boolean
  readonly deny?: boolean
}

/**
 * Whether the rules of the configuration let an image in (1.13 on). No image of the simulated registries is signed, so
 * a rule that asks for a signature refuses it.
 */
export function verifyImage(machine: SimulatedMachine, reference: string): ImageServiceVerifyResponse {
  const repository = repositoryOf(reference)
  if (repository === undefined)
    throw new SimulatedStatus(
      Code.INVALID_ARGUMENT,
      `image reference is invalid: could not parse reference: ${reference}`,
    )
  const rules = rulesOf(machine)
  const at = rules.findIndex(({ image }) => image !== undefined && globMatches(image, repository))
  const rule = rules[at]
  if (!rule) return { verified: false, message: 'no matched rule' }
  const id = String(at).padStart(4, '0')
  if (rule.deny === true)
    throw new SimulatedStatus(Code.PERMISSION_DENIED, `verification denied by matched rule (${id})`)
  if (rule.skip === true) return { verified: false, message: `verification skipped by matched rule (${id})` }
  throw new SimulatedStatus(Code.PERMISSION_DENIED, 'image verification failed: no signatures found')
}

/** `docker.io/library/nginx` of `nginx:1.27`; undefined for what is no reference. */
function repositoryOf(reference: string): string | undefined {
  const [, path] =
    /^([a-z0-9][a-z0-9._/:-]*?)(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.exec(reference) ?? []
  if (path === undefined) return undefined
  const [first = '', ...rest] = path.split('/')
  if (rest.length === 0) return `index.docker.io/library/${first}`
  return /[.:]|^localhost$/.test(first) ? path : `index.docker.io/${path}`
}

function globMatches(pattern: string, text: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  return new RegExp(`^${source}$`).test(text)
}

function rulesOf(machine: SimulatedMachine): readonly Rule[] {
  const config = machine.resources.get({
    namespace: 'config',
    type: 'MachineConfigs.config.talos.dev',
    id: 'v1alpha1',
  })
  // The whole file is one text in the resource since 1.12.
  const file: unknown = config && parse(config.yamlSpec)
  if (typeof file !== 'string') return []
  return parseAllDocuments(file).flatMap((document) => {
    const { kind, rules } = (document.toJS() ?? {}) as {
      readonly kind?: string
      readonly rules?: readonly Rule[]
    }
    return kind === 'ImageVerificationConfig' ? (rules ?? []) : []
  })
}
