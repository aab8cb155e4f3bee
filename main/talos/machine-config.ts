import type { ConfigPort, WireApplyMode } from '../domain/nodes/talos-port.ts'
import { TalosFailure, isFailure } from '../domain/talos-failure.ts'
import type { Caller } from './call.ts'
import { MACHINE_CONFIG_TYPE, parseSpec, type Cosi } from './cosi.ts'
import type { Resource__Output } from './generated/cosi/resource/Resource.ts'
import type { TalosProtos } from './load-protos.ts'
import { only } from './reading.ts'

const APPLY_DEADLINE_MS = 60_000
const TO_WIRE = {
  reboot: 'REBOOT',
  auto: 'AUTO',
  'no-reboot': 'NO_REBOOT',
  staged: 'STAGED',
  try: 'TRY',
} as const satisfies Record<WireApplyMode, string>
const FROM_WIRE: Readonly<Record<(typeof TO_WIRE)[WireApplyMode], WireApplyMode>> = {
  REBOOT: 'reboot',
  AUTO: 'auto',
  NO_REBOOT: 'no-reboot',
  STAGED: 'staged',
  TRY: 'try',
}

/** Reading and applying the MachineConfig (behaviour.md §3.4, §4.2); `probeFresh` apart. */
export function createConfigAccess(
  caller: Caller,
  protos: TalosProtos,
  cosi: Cosi,
): Omit<ConfigPort, 'probeFresh'> {
  return {
    async readMachineConfig(node, id, signal) {
      const key = {
        namespace: 'config',
        type: MACHINE_CONFIG_TYPE,
        id: id === 'active' ? 'v1alpha1' : 'persistent',
      }
      const raw = await cosi.getRaw(node, key, signal)
      if (raw === undefined) return undefined
      return { text: configText(raw, protos, node), version: raw.metadata?.version ?? '' }
    },

    async applyConfiguration(node, { text, mode, dryRun, trySeconds }, signal) {
      const request = {
        data: Buffer.from(text, 'utf8'),
        // Never left out: a missing mode means REBOOT.
        mode: TO_WIRE[mode],
        dryRun,
        ...(trySeconds === undefined ? {} : { tryModeTimeout: { seconds: trySeconds } }),
      }
      const effect = dryRun && mode !== 'try' ? 'read' : 'write'
      try {
        const options = { signal, deadlineMs: APPLY_DEADLINE_MS, effect } as const
        const answer = await caller.unary(node, protos.machine.ApplyConfiguration, request, options)
        const message = only(answer.messages, node, 'ApplyConfiguration')
        return {
          warnings: message.warnings,
          mode: FROM_WIRE[message.mode],
          details: message.modeDetails,
        }
      } catch (error) {
        throw toApplyFailure(error, node)
      }
    },
  }
}

/** `proto_spec` has the bytes as the node keeps them; `yaml_spec` is another thing in every other version. */
function configText(raw: Resource__Output, protos: TalosProtos, node: string): string {
  const bytes = raw.spec?.protoSpec
  if (bytes !== undefined && bytes.length > 0) {
    return decode(protos.machineConfigSpec.deserialize(bytes).yamlMarshalled, node)
  }
  const yamlSpec = raw.spec?.yamlSpec ?? ''
  if (raw.metadata?.annotations['talos.dev/yaml-spec'] !== '1') return yamlSpec
  // From 1.12 on the text is a string inside the YAML.
  const inner = parseSpec(yamlSpec, MACHINE_CONFIG_TYPE)
  if (typeof inner === 'string') return inner
  throw new TalosFailure('node-error', `${node} sent a MachineConfig in an unknown form.`, { node })
}

/** Letters that cannot be read would be lost when the configuration is sent back. */
function decode(bytes: Uint8Array, node: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new TalosFailure('node-error', `The MachineConfig that ${node} sent is not UTF-8.`, { node, cause })
  }
}

/** What the node refuses of a config is the config's failure, at its line where the node tells one (behaviour.md §4.4). */
function toApplyFailure(error: unknown, node: string): unknown {
  if (!isFailure(error, 'refused')) return error
  const { message } = error
  if (message.includes("doesn't contain v1alpha1 config")) {
    return new TalosFailure('config-missing-v1alpha1', message, { node })
  }
  const line = Number(/\(line (\d+)\)|\bline (\d+):/.exec(message)?.slice(1).find(Boolean) ?? 0)
  return new TalosFailure('config-refused', message, {
    node,
    ...(line > 0 ? { at: { line, column: 1 } } : {}),
  })
}
