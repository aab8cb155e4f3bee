import { DOCUMENT_KINDS } from '../../data/config-kinds.ts'
import { atLeast, kubernetesObjection } from '../versions.ts'
import { celProblem } from './cel-types.ts'
import type { ConfigDocument, ConfigFile } from './config-file.ts'
import { type SelectableDisk, selectDisks } from './disk-selector.ts'
import { installSelectorOf } from './install-selector.ts'
import { legacyConflicts } from './conflicts.ts'
import { storageProblems } from './storage-problems.ts'

export interface ValidateContext {
  readonly talos: string
  /** What selectors choose from. */
  readonly disks: readonly SelectableDisk[]
}

type Tree = Readonly<Record<string, unknown>>

/** Static then runtime validation; the text of the multi-error, or `undefined` (behaviour.md §4.4). */
export function validateConfig(file: ConfigFile, context: ValidateContext): string | undefined {
  const legacy = file.documents.find(({ kind }) => kind === '')
  const isNamed = file.documents.some(({ kind }) => kind === 'KubeClusterConfig')
  const legacyErrors = legacy ? validateLegacy(legacy.value, context, isNamed) : []
  const typed = file.documents.filter(({ kind }) => kind !== '')
  const errors = [
    ...(legacyErrors.length > 0 ? [`v1alpha1.Config: ${multiError(legacyErrors)}`] : []),
    ...typed.flatMap((document) =>
      validateDocument(document, file, context).map((text) => `${document.kind}/${document.name}: ${text}`),
    ),
    ...clashes(typed),
    ...legacyConflicts(file, context.talos),
  ]
  return errors.length === 0 ? undefined : multiError(errors)
}

/** Go's multierror: a count and one starred line each. */
function multiError(errors: readonly string[]): string {
  const head = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`
  return `${head}\n${errors.map((text) => `\t* ${text}\n`).join('')}\n`
}

function validateLegacy(value: Tree, context: ValidateContext, isNamed: boolean): string[] {
  const machine = value['machine']
  if (!isTree(machine)) return ['machine instructions are required']
  const cluster = value['cluster']
  return [
    ...validateMachine(machine, context),
    ...(isTree(cluster) ? validateCluster(cluster, isNamed) : ['cluster instructions are required']),
    ...validateImages(machine, isTree(cluster) ? cluster : {}, context.talos),
  ]
}

function validateMachine(machine: Tree, context: ValidateContext): string[] {
  const type = text(machine['type'])
  const install = isTree(machine['install']) ? machine['install'] : {}
  const network = isTree(machine['network']) ? machine['network'] : {}
  const errors: string[] = []
  if (!['controlplane', 'worker', 'init'].includes(type)) errors.push(`unknown machine type "${type}"`)
  if (list(install['extraKernelArgs']).length > 0 && install['grubUseUKICmdline'] === true)
    errors.push("install.extraKernelArgs and install.grubUseUKICmdline can't be used together")
  errors.push(...selectedDiskProblems(install['diskSelector'], context))
  for (const item of list(network['interfaces'])) {
    if (!isTree(item)) continue
    if (item['interface'] === undefined && item['deviceSelector'] === undefined)
      errors.push(
        '[networking.os.device.interface], [networking.os.device.deviceSelector]: required either config section to be set',
      )
    for (const address of list(item['addresses']))
      if (!isAddress(String(address)))
        errors.push(`[networking.os.device.addresses] "${String(address)}": invalid address`)
  }
  return errors
}

/** A disk named by its path is not looked for before the installation; one that is selected has to be there. */
function selectedDiskProblems(selector: unknown, { disks }: ValidateContext): string[] {
  if (!isTree(selector)) return []
  const made = installSelectorOf(selector)
  if ('problem' in made) return [`install disk selector is invalid: ${made.problem}`]
  return selectDisks(made.expression, disks).length > 0
    ? []
    : [`no disks matched the expression: ${made.expression}`]
}

/** @param isNamed a KubeClusterConfig tells the endpoint */
function validateCluster(cluster: Tree, isNamed: boolean): string[] {
  const controlPlane = isTree(cluster['controlPlane']) ? cluster['controlPlane'] : {}
  const endpoint = text(controlPlane['endpoint'])
  if (endpoint === '') return isNamed ? [] : ['cluster controlplane endpoint is required']
  return URL.canParse(endpoint) && endpoint.startsWith('https://')
    ? []
    : [`invalid controlplane endpoint: ${endpoint}`]
}

/** Since 1.11 the image tags have to fit the Talos version. */
function validateImages(machine: Tree, cluster: Tree, talos: string): string[] {
  if (!atLeast(talos, '1.11')) return []
  const image = (tree: unknown): string =>
    isTree(tree) && typeof tree['image'] === 'string' ? tree['image'] : ''
  return [
    ['kubelet', image(machine['kubelet'])],
    ['kube-apiserver', image(cluster['apiServer'])],
    ['kube-controller-manager', image(cluster['controllerManager'])],
    ['kube-scheduler', image(cluster['scheduler'])],
    ['kube-proxy', image(cluster['proxy'])],
  ].flatMap(([name = '', reference = '']) => validateImage(name, reference, talos))
}

function validateImage(name: string, reference: string, talos: string): string[] {
  const tag = /:(v\d+\.\d+\.\d+)/.exec(reference)?.[1]
  const objection = tag === undefined ? undefined : kubernetesObjection(tag, talos)
  return objection === undefined ? [] : [`${name} image is not valid: ${objection}`]
}

/** 1.14: documents that name an image, and how Talos calls it. */
const TYPED_IMAGES: Readonly<Record<string, string>> = {
  KubeletConfig: 'kubelet',
  KubeAPIServerConfig: 'kube-apiserver',
  KubeControllerManagerConfig: 'kube-controller-manager',
  KubeSchedulerConfig: 'scheduler',
  KubeProxyConfig: 'proxy',
}

/** The selectors of documents, which have to be there and be CEL of their environment. */
function validateSelector(kind: string, value: Tree): string[] {
  const match = (tree: unknown): string =>
    isTree(tree) && typeof tree['match'] === 'string' ? tree['match'] : ''
  const provisioning = isTree(value['provisioning']) ? value['provisioning'] : {}
  const disks = match(provisioning['diskSelector'])
  switch (kind) {
    case 'UnattendedInstallConfig': {
      const where = 'provisioning.volumeSelector.match'
      if (disks === '') return [`${where} is required`]
      const problem = celProblem(disks, 'disk')
      return problem === undefined ? [] : [`${where}: ${problem}`]
    }
    case 'ExistingVolumeConfig': {
      const discovery = isTree(value['discovery']) ? value['discovery'] : {}
      return selectorProblems('volume', match(discovery['volumeSelector']), true)
    }
    case 'UserVolumeConfig':
    case 'RawVolumeConfig':
    case 'SwapVolumeConfig':
      return selectorProblems('disk', disks, value['volumeType'] !== 'directory')
    case 'VolumeConfig':
      return selectorProblems('disk', disks, false)
    case 'LVMVolumeGroupConfig':
    case 'RAIDArrayConfig': {
      const where = 'provisioning.volumeSelector.match'
      const volumes = match(provisioning['volumeSelector'])
      if (volumes === '') return [`${where} is required`]
      const problem = celProblem(volumes, 'volume')
      return problem === undefined ? [] : [`${where}: ${problem}`]
    }
    default:
      return []
  }
}

function selectorProblems(of: 'disk' | 'volume', match: string, isRequired: boolean): string[] {
  if (match === '') return isRequired ? [`${of} selector is required`] : []
  const problem = celProblem(match, of)
  return problem === undefined ? [] : [`${of} selector is invalid: ${problem}`]
}

function validateDocument(document: ConfigDocument, file: ConfigFile, { talos }: ValidateContext): string[] {
  const { kind, name, value } = document
  const errors: string[] = []
  if (DOCUMENT_KINDS[kind]?.named && name === '') errors.push('name is required')
  const component = TYPED_IMAGES[kind]
  if (component !== undefined) errors.push(...validateImage(component, text(value['image']), talos))
  errors.push(...storageProblems(kind, name, value), ...validateSelector(kind, value))
  if (kind === 'HostnameConfig') errors.push(...validateHostname(value, file))
  if (
    kind.endsWith('VolumeConfig') &&
    !kind.startsWith('LVM') &&
    kind !== 'VolumeConfig' &&
    (name.length > 34 || !/^[A-Za-z0-9-]*$/.test(name))
  )
    errors.push(
      name.length > 34
        ? 'name must be between 1 and 34 characters long'
        : 'name can only contain ASCII letters, digits and dashes',
    )
  if (kind === 'LinkConfig')
    for (const item of list(value['addresses'])) {
      const address = isTree(item) ? item['address'] : undefined
      if (!isAddress(String(address))) errors.push(`address is invalid: ${String(address)}`)
    }
  return errors
}

function validateHostname(value: Tree, file: ConfigFile): string[] {
  const auto = value['auto']
  const hostname = value['hostname']
  const isSet = typeof hostname === 'string' && hostname !== ''
  const legacy = file.documents.find(({ kind }) => kind === '')?.value['machine']
  const network = isTree(legacy) ? legacy['network'] : undefined
  if (isSet && auto !== undefined && auto !== 'off')
    return ['"auto" and "hostname" cannot be set at the same time']
  if (!isSet && auto === undefined) return ['either "auto" or "hostname" must be set']
  if (isSet && !/^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/.test(hostname))
    return [`invalid hostname "${hostname}"`]
  return isTree(network) && network['hostname'] !== undefined
    ? ['static hostname is already set in v1alpha1 config']
    : []
}

/** Two documents of kinds that shut each other out under one name. */
function clashes(documents: readonly ConfigDocument[]): string[] {
  return documents.flatMap(({ kind, name }, at) => {
    const rivals = DOCUMENT_KINDS[kind]?.conflictsWith?.split(' ') ?? []
    const other = documents.find(
      (candidate, index) => index > at && candidate.name === name && rivals.includes(candidate.kind),
    )
    return other ? [`${kind}/${name}: conflicts with ${other.kind}/${name}`] : []
  })
}

/** Deprecations the reply warns of. */
export function warningsOf(
  file: ConfigFile,
  { talos, loader }: { readonly talos: string; readonly loader: 'grub' | 'systemd-boot' },
): readonly string[] {
  const machine = file.documents.find(({ kind }) => kind === '')?.value['machine']
  if (!isTree(machine)) return []
  const install = isTree(machine['install']) ? machine['install'] : {}
  return [
    ...(machine['type'] === 'init' ? ['use "controlplane" instead of "init" for machine type'] : []),
    ...(list(machine['files']).length > 0 ? ['.machine.files is deprecated'] : []),
    ...(list(install['extraKernelArgs']).length > 0 && loader === 'systemd-boot'
      ? ['extra kernel arguments are not supported when booting using SDBoot']
      : []),
    ...(list(install['extensions']).length > 0 && atLeast(talos, '1.9')
      ? [
          '.machine.install.extensions is deprecated, please see https://www.talos.dev/latest/talos-guides/install/boot-assets/',
        ]
      : []),
  ]
}

function isAddress(text: string): boolean {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text)
  if (found) return found.slice(1, 5).every((part) => Number(part) < 256) && Number(found[5] ?? 0) <= 32
  return /^[0-9a-fA-F:]+(\/\d{1,3})?$/.test(text) && text.includes(':')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
