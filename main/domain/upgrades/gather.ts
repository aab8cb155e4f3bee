import { NodeRole, Stage, type StageReport } from '#contract/nodes.ts'
import { parseAllDocuments } from 'yaml'
import {
  EXTENSION,
  HOSTNAME,
  KUBELET_SPEC,
  MACHINE_STATUS,
  MACHINE_TYPE,
  MEMBER,
  NODE_STATUS,
  NODENAME,
} from '../nodes/resource-types.ts'
import { readBoot } from './read-boot.ts'
import { field, flagField, listField, textField } from '../nodes/spec-fields.ts'
import type { ConfigPort, EtcdPort, ReadingPort, Resource, ResourceKey } from '../nodes/talos-port.ts'
import { ask, askIfThere, known, valueOf, type Known } from './known.ts'
import {
  isControlPlane,
  type InstallFacts,
  type KubernetesNode,
  type NodeFacts,
  type Peer,
  type SchematicFacts,
} from './node-facts.ts'
import { shapeOf } from '../machine-config/readable-by.ts'

const FACTORY_SCHEMATIC: ResourceKey = {
  namespace: 'runtime',
  type: 'ImageFactorySchematics.runtime.talos.dev',
}
const KERNEL_PARAM: ResourceKey = { namespace: 'runtime', type: 'KernelParamStatuses.runtime.talos.dev' }
const KEXEC_SWITCH = 'proc.sys.kernel.kexec_load_disabled'
const TIME_STATUS: ResourceKey = { namespace: 'runtime', type: 'TimeStatuses.v1alpha1.talos.dev' }
const VOLUME_STATUS: ResourceKey = { namespace: 'runtime', type: 'VolumeStatuses.block.talos.dev' }

export type GatherPort = ReadingPort & EtcdPort & Pick<ConfigPort, 'readMachineConfig'>

/** Reads a node once, everything at the same time. Changes nothing; what does not answer is unknown. */
export async function gatherNodeFacts(
  talos: GatherPort,
  node: string,
  signal: AbortSignal,
): Promise<NodeFacts> {
  const spec = async (key: ResourceKey, id: string): Promise<unknown> =>
    (await talos.get(node, { ...key, id }, signal))?.spec
  const asked = ask(signal, () => talos.version(node, signal))
  const [version, boot, hostname, role, stage, bootId, schematic] = await Promise.all([
    asked,
    readBoot(talos, node, asked, signal),
    ask(signal, async () => textField(await spec(HOSTNAME, 'hostname'), 'hostname')),
    ask(signal, async () => NodeRole.safeParse(await spec(MACHINE_TYPE, 'machine-type')).data ?? 'unknown'),
    ask(signal, () => readStage(talos, node, signal)),
    ask(signal, () => talos.bootId(node, signal)),
    ask(signal, () => readSchematic(talos, node, signal)),
  ])
  const [kubernetes, kubernetesNode, timeInSync, install, userVolumes, kexecOff] = await Promise.all([
    ask(signal, async () => kubernetesOf(await spec(KUBELET_SPEC, 'kubelet'))),
    ask(signal, () => readKubernetesNode(talos, node, signal)),
    ask(signal, async () => timeInSyncOf(await spec(TIME_STATUS, 'node'))),
    ask(signal, () => readInstall(talos, node, signal)),
    ask(signal, () => readUserVolumes(talos, node, signal)),
    askIfThere(signal, async () => textField(await spec(KERNEL_PARAM, KEXEC_SWITCH), 'current') === '1'),
  ])
  const facts: NodeFacts = {
    node,
    version,
    hostname,
    role,
    stage,
    bootId,
    schematic,
    ...boot,
    kexecOff,
    kubernetes,
    kubernetesNode,
    timeInSync,
    install,
    userVolumes,
  }
  if (!isControlPlane(valueOf(role) ?? 'unknown')) return facts
  const [etcd, peers] = await Promise.all([
    ask(signal, async () => {
      const [members, alarms, status] = await Promise.all([
        talos.etcdMembers(node, signal),
        talos.etcdAlarms(node, signal),
        talos.etcdStatus(node, signal),
      ])
      return { members, alarms, status }
    }),
    ask(signal, () => readPeers(talos, node, valueOf(hostname), signal)),
  ])
  return { ...facts, etcd, peers }
}

/** Stage and readiness alone (behaviour.md §3.5). */
export async function readStage(
  talos: ReadingPort,
  node: string,
  signal: AbortSignal,
): Promise<StageReport | undefined> {
  const spec = (await talos.get(node, { ...MACHINE_STATUS, id: 'machine' }, signal))?.spec
  const told = textField(spec, 'stage')
  if (told === undefined) return undefined
  return {
    name: Stage.safeParse(told).data ?? 'unknown',
    ready: flagField(spec, 'status', 'ready') ?? false,
    unmet: listField(spec, 'status', 'unmetConditions').map((condition) => ({
      name: textField(condition, 'name') ?? '',
      reason: textField(condition, 'reason') ?? '',
    })),
  }
}

/** The node as Kubernetes sees it, told by the node itself. */
export async function readKubernetesNode(
  talos: ReadingPort,
  node: string,
  signal: AbortSignal,
): Promise<KubernetesNode | undefined> {
  const nodename = (await talos.get(node, { ...NODENAME, id: 'nodename' }, signal))?.spec
  const name = textField(nodename, 'nodename')
  if (name === undefined || flagField(nodename, 'skipNodeRegistration') === true) return undefined
  const status = await talos.get(node, { ...NODE_STATUS, id: name }, signal)
  if (status === undefined) return undefined
  return {
    name,
    ready: flagField(status.spec, 'nodeReady') ?? false,
    unschedulable: flagField(status.spec, 'unschedulable') ?? false,
  }
}

async function readSchematic(talos: ReadingPort, node: string, signal: AbortSignal): Promise<SchematicFacts> {
  const [layers, factory] = await Promise.all([
    talos.list(node, EXTENSION, signal),
    // From 1.14 the node tells it itself; before, only the pseudo extension does.
    askIfThere(signal, () =>
      talos.get(node, { ...FACTORY_SCHEMATIC, id: 'image-factory-schematic' }, signal),
    ),
  ])
  const named = layers.map(({ spec }) => ({
    name: textField(spec, 'metadata', 'name') ?? '',
    version: textField(spec, 'metadata', 'version') ?? '',
    content: textField(spec, 'metadata', 'extraInfo'),
  }))
  const pseudo = named.find(({ name }) => name === 'schematic')
  const told = valueOf(factory)?.spec
  const id = textField(told, 'schematicId') ?? pseudo?.version
  const factoryUrl = textField(told, 'apiUrl')
  return {
    extensions: named
      .filter(({ name }) => name !== 'schematic' && name !== '')
      .map(({ name, version }) => ({ name, version }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    ...(id === undefined || id === '' ? {} : { id }),
    ...(pseudo?.content === undefined ? {} : { content: pseudo.content }),
    ...(factoryUrl === undefined ? {} : { factoryUrl }),
  }
}

function kubernetesOf(spec: unknown): string | undefined {
  return /:(v\d+\.\d+\.\d+[^@-]*)/.exec(textField(spec, 'image') ?? '')?.[1]
}

function timeInSyncOf(spec: unknown): boolean | undefined {
  if (flagField(spec, 'syncDisabled') === true) return true
  return flagField(spec, 'synced')
}

async function readInstall(
  talos: Pick<ConfigPort, 'readMachineConfig'>,
  node: string,
  signal: AbortSignal,
): Promise<InstallFacts | undefined> {
  const active = await talos.readMachineConfig(node, 'active', signal)
  if (active === undefined) return undefined
  const persistent = await askIfThere(signal, () => talos.readMachineConfig(node, 'persistent', signal))
  const onDisk = valueOf(persistent)
  return {
    version: active.version,
    ...installSection(active.text),
    ...(onDisk === undefined ? {} : { staged: onDisk.text !== active.text }),
  }
}

/** `machine.install` of the document without a kind. The rest of the text, with its secrets, stays where it was. */
function installSection(text: string): Omit<InstallFacts, 'version' | 'staged'> {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as unknown)
  const main = documents.find((document) => field(document, 'kind') === undefined)
  const install = field(main, 'machine', 'install')
  const image = textField(install, 'image')
  return {
    ...(image === undefined ? {} : { image }),
    extraKernelArgs: listField(install, 'extraKernelArgs').map(String),
    // The document of 1.14 leaves no choice (behaviour.md §5.8).
    grubUsesUkiCmdline:
      documents.some((document) => field(document, 'kind') === 'UnattendedInstallConfig') ||
      (flagField(install, 'grubUseUKICmdline') ?? false),
    shape: documents.map((document) => shapeOf(document)),
  }
}

async function readUserVolumes(
  talos: ReadingPort,
  node: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const volumes = await askIfThere(signal, () => talos.list(node, VOLUME_STATUS, signal))
  return (valueOf(volumes) ?? []).map(({ id }) => id).filter((id) => id.startsWith('u-'))
}

/** The other control planes, from discovery; each asked for its stage. Needs discovery to be on. */
async function readPeers(
  talos: ReadingPort,
  node: string,
  ownName: string | undefined,
  signal: AbortSignal,
): Promise<readonly Peer[]> {
  const members = await talos.list(node, MEMBER, signal)
  const others = members.filter((member) => isOtherControlPlane(member, node, ownName))
  return Promise.all(
    others.map(async ({ id, spec }): Promise<Peer> => {
      const [address = ''] = listField(spec, 'addresses').map(String)
      return {
        hostname: textField(spec, 'hostname') ?? id,
        address,
        stage: await askPeer(talos, address, signal),
      }
    }),
  )
}

function isOtherControlPlane({ id, spec }: Resource, node: string, ownName: string | undefined): boolean {
  const role = NodeRole.safeParse(textField(spec, 'machineType')).data ?? 'unknown'
  const own = id === ownName || textField(spec, 'hostname') === ownName
  return isControlPlane(role) && !own && !listField(spec, 'addresses').includes(node)
}

async function askPeer(
  talos: ReadingPort,
  address: string,
  signal: AbortSignal,
): Promise<Known<StageReport>> {
  const stage = await ask(signal, () => readStage(talos, address, signal))
  if (!stage.known) return stage
  return stage.value === undefined
    ? { known: false, reason: `${address} has no machine status yet` }
    : known(stage.value)
}
