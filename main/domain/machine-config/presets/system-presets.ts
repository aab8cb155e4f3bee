import { field, options } from './fields.ts'
import { isPair, isPath } from './form-values.ts'
import { typed, type PatchDocument, type PresetContext, type PresetDefinition } from './preset.ts'

/** Kernel parameters stand in a document since 1.14; where the old field is in use, they stay together there. */
export function sysctlDocument(
  params: Readonly<Record<string, string>>,
  { minor, legacy }: PresetContext,
): PatchDocument {
  return minor >= 14 && !legacy('machine.sysctls')
    ? typed('SysctlConfig', { params })
    : { machine: { sysctls: params } }
}

const sysctls: PresetDefinition = {
  id: 'sysctls',
  offered: () => true,
  fields: () => [
    field('params', 'pairs', { required: true, hint: 'vm.max_map_count=262144', check: isPair }),
  ],
  build: (values, context) => [sysctlDocument(values.pairs('params'), context)],
}

const watchdog: PresetDefinition = {
  id: 'watchdog',
  offered: () => true,
  fields: () => [
    field('device', 'text', { required: true, value: '/dev/watchdog0', check: isPath }),
    field('timeout', 'choice', {
      required: true,
      closed: true,
      value: '1m0s',
      choices: options('30s', '1m0s', '2m0s', '5m0s'),
    }),
  ],
  build: (values) => [
    typed('WatchdogTimerConfig', { device: values.text('device'), timeout: values.text('timeout') }),
  ],
}

export const SYSTEM_PRESETS: readonly PresetDefinition[] = [sysctls, watchdog]
