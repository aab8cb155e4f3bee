import { hostnameOf, type MachineCore } from './core.ts'
import type { ConfigFile } from './config/config-file.ts'
import { missKubelet, reviewKubernetes, rollPod } from './kubernetes.ts'
import { publishVolumes } from './resources/block.ts'
import { publishCluster } from './resources/cluster.ts'
import { publishKubernetesSpecs, publishNode } from './resources/kubernetes.ts'
import { COMPONENTS, configVersion } from './resources/static-pods.ts'
import { linkStates, publishNetwork } from './resources/network.ts'
import { publishUnattendedInstall } from './unattended-install.ts'
import { publishConfigs, publishModules, publishSysctls, publishTime } from './resources/runtime.ts'
import { publishRootSecrets } from './resources/secrets.ts'

/** Makes resources and services follow the config in force; what did not change is not written again. */
export function reconcile(core: MachineCore, before: ConfigFile | undefined): void {
  const { active } = core.life
  if (!active) return
  const oldName = before?.facts.hostname ?? core.spec.hostname
  const oldAddresses = addressesBefore(core, before)
  publishConfigs(core)
  publishRootSecrets(core)
  if (hostnameOf(core) !== oldName) {
    core.kernel.controller('network.HostnameSpecController', 'setting hostname', {
      hostname: hostnameOf(core),
      domainname: '',
    })
  }
  publishNetwork(core)
  tellAddresses(core, oldAddresses)
  publishSysctls(core, before)
  publishModules(core)
  publishTime(core)
  publishCluster(core)
  publishVolumes(core)
  publishUnattendedInstall(core)
  const versions = COMPONENTS.map((component) => configVersion(core, component))
  publishKubernetesSpecs(core)
  core.cluster.announce(core.hooks.self(), hostnameOf(core))
  if (before) {
    followKubernetes(core, before, oldName)
    for (const [at, component] of COMPONENTS.entries())
      if (configVersion(core, component) !== versions[at]) rollPod(core, component)
  }
  core.hooks.reach()
  core.hooks.review()
}

function addressesBefore(core: MachineCore, before: ConfigFile | undefined): readonly string[] {
  const now = core.life.active
  core.life.active = before
  const addresses = linkStates(core).flatMap((state) => state.addresses)
  core.life.active = now
  return addresses
}

function tellAddresses(core: MachineCore, old: readonly string[]): void {
  const addresses = linkStates(core).flatMap((state) => state.addresses)
  for (const address of addresses.filter((one) => !old.includes(one)))
    core.kernel.controller('network.AddressSpecController', 'assigned address', {
      address,
      link: linkOf(core, address),
    })
  for (const address of old.filter((one) => !addresses.includes(one)))
    core.kernel.controller('network.AddressSpecController', 'removed address', { address })
  core.events.publish('AddressEvent', {
    hostname: hostnameOf(core),
    addresses: addresses.map((address) => address.split('/')[0]),
  })
}

function linkOf(core: MachineCore, address: string): string {
  return linkStates(core).find((state) => state.addresses.includes(address))?.port.name ?? ''
}

function followKubernetes(core: MachineCore, before: ConfigFile, oldName: string): void {
  const { active } = core.life
  if (!active) return
  const old = before.facts
  const now = active.facts
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
  const renamed = hostnameOf(core) !== oldName
  if (renamed || old.kubeletImage !== now.kubeletImage || !same(old.kubeletExtra, now.kubeletExtra))
    void restartKubelet(core)
  if (core.life.nodeReady) publishNode(core)
}

/** The kubelet's controller takes it down and brings it up with the new spec; its resource goes and comes. */
async function restartKubelet(core: MachineCore): Promise<void> {
  if (!core.services.has('kubelet')) return
  try {
    await core.services.stop('kubelet')
    missKubelet(core)
    await core.services.start('kubelet')
    reviewKubernetes(core)
  } catch {
    // The power went meanwhile.
  }
}
