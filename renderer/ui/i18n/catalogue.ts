import type { Language } from '#contract/languages.ts'
import { configChangesEn } from './en/config-changes.ts'
import { configInsertsEn } from './en/config-inserts.ts'
import { demoEn } from './en/demo.ts'
import { configSidesEn } from './en/config-sides.ts'
import { errorsEn } from './en/errors.ts'
import { fleetEn } from './en/fleet.ts'
import { imagesEn } from './en/images.ts'
import { kubernetesEn } from './en/kubernetes.ts'
import { machineConfigsEn } from './en/machine-configs.ts'
import { nodeActionsEn } from './en/node-actions.ts'
import { nodeEn } from './en/node.ts'
import { rollingEn } from './en/rolling.ts'
import { runsEn } from './en/runs.ts'
import { settingsEn } from './en/settings.ts'
import { shellEn } from './en/shell.ts'
import { upgradesEn } from './en/upgrades.ts'
import { welcomeEn } from './en/welcome.ts'
import { configChangesEs } from './es/config-changes.ts'
import { configInsertsEs } from './es/config-inserts.ts'
import { demoEs } from './es/demo.ts'
import { configSidesEs } from './es/config-sides.ts'
import { errorsEs } from './es/errors.ts'
import { fleetEs } from './es/fleet.ts'
import { imagesEs } from './es/images.ts'
import { kubernetesEs } from './es/kubernetes.ts'
import { machineConfigsEs } from './es/machine-configs.ts'
import { nodeActionsEs } from './es/node-actions.ts'
import { nodeEs } from './es/node.ts'
import { rollingEs } from './es/rolling.ts'
import { runsEs } from './es/runs.ts'
import { settingsEs } from './es/settings.ts'
import { shellEs } from './es/shell.ts'
import { upgradesEs } from './es/upgrades.ts'
import { welcomeEs } from './es/welcome.ts'
import type { NamesIn, Texts, Translated } from './text-types.ts'

const english = {
  ...shellEn,
  ...errorsEn,
  ...welcomeEn,
  ...fleetEn,
  ...nodeEn,
  ...nodeActionsEn,
  ...machineConfigsEn,
  ...configChangesEn,
  ...configSidesEn,
  ...configInsertsEn,
  ...upgradesEn,
  ...imagesEn,
  ...kubernetesEn,
  ...runsEn,
  ...rollingEn,
  ...settingsEn,
  ...demoEn,
} as const satisfies Texts

const spanish: Translated<typeof english> = {
  ...shellEs,
  ...errorsEs,
  ...welcomeEs,
  ...fleetEs,
  ...nodeEs,
  ...nodeActionsEs,
  ...machineConfigsEs,
  ...configChangesEs,
  ...configSidesEs,
  ...configInsertsEs,
  ...upgradesEs,
  ...imagesEs,
  ...kubernetesEs,
  ...runsEs,
  ...rollingEs,
  ...settingsEs,
  ...demoEs,
}

type Catalogue = typeof english
export type TextKey = keyof Catalogue
export type NamesOf<K extends TextKey> = NamesIn<Catalogue[K]>

export const catalogues: Readonly<Record<Language, Translated<Catalogue>>> = { en: english, es: spanish }

/** For keys that arrive as data (a run's title, a step's name): the key when the catalogue has it. */
export function knownKey(key: string): TextKey | undefined {
  return Object.hasOwn(english, key) ? (key as TextKey) : undefined
}
