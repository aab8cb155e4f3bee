import { type BootDisk, defaultEntry } from './boot-disk.ts'
import type { Life, MachineHooks } from './core.ts'

/** Of a machine that is still being put together: to call one of them is a mistake. */
export function blankHooks(): MachineHooks {
  const unset = (): never => {
    throw new Error('the machine is not complete yet')
  }
  return {
    review: unset,
    restart: unset,
    reach: unset,
    reconnect: unset,
    findHome: unset,
    joinCluster: unset,
    storageChanged: unset,
    nodeChanged: unset,
    load: unset,
    self: unset,
  }
}

/** Of a machine that has never been on. */
export function blankLife(disk: BootDisk, now: number): Life {
  return {
    power: undefined,
    plug: new AbortController(),
    firstBoot: true,
    returning: false,
    linkDown: false,
    entry: defaultEntry(disk),
    bootId: '',
    bootTime: now,
    toldUp: false,
    stage: 'unknown',
    ready: false,
    timeSynced: false,
    networkReady: false,
    volumesMounted: false,
    podsReady: false,
    rolling: new Set(),
    kubeletImage: '',
    nodeReady: false,
    cordoned: false,
    others: { unschedulable: false, labels: {}, annotations: {} },
    active: undefined,
    trial: undefined,
    applying: false,
    fatalConfig: undefined,
    maintenance: undefined,
    rebootPending: false,
    installing: false,
    installPhase: undefined,
    erased: new Set(),
    scans: 0,
    scanned: '',
    upgradeImage: undefined,
    wipe: undefined,
    removedImages: new Set(),
    restart: 'firmware',
    startedBy: 'firmware',
  }
}
