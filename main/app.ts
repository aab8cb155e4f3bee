import { createHash, randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { languageOf, type Language } from '#contract/languages.ts'
import { createClusters } from './clusters.ts'
import { createDemo } from './demo.ts'
import { createDemoLauncher, type DemoLauncher } from './demo-cluster.ts'
import { createContextBook } from './domain/contexts/context-book.ts'
import type { HostPort } from './domain/host-port.ts'
import { createLineSchemas } from './domain/machine-config/line-schema.ts'
import { createFleets } from './domain/nodes/fleets.ts'
import { createRunEngine } from './domain/runs/run-engine.ts'
import { tellHost } from './domain/runs/tell-host.ts'
import type { SealPort } from './domain/seal-port.ts'
import { isFailure } from './domain/talos-failure.ts'
import { createHttpFactory } from './factory/http-factory.ts'
import { createKubernetesClusters } from './kubernetes-clusters.ts'
import type { MadeApp } from './hosts/create-app.ts'
import type { Handlers } from './ipc/handlers.ts'
import { createActionPlanHandlers } from './ipc/handlers/action-plans.ts'
import { createAppHandlers } from './ipc/handlers/app.ts'
import { createContextHandlers } from './ipc/handlers/contexts.ts'
import { createImageHandlers } from './ipc/handlers/images.ts'
import { createDemoHandlers } from './ipc/handlers/demo.ts'
import { createKubernetesHandlers } from './ipc/handlers/kubernetes.ts'
import { createMachineConfigHandlers } from './ipc/handlers/machine-configs.ts'
import { otherSlotVersion } from './domain/upgrades/past-runs.ts'
import { endOfTrial } from './ipc/handlers/machine-configs/open-trials.ts'
import { createNodeActionHandlers } from './ipc/handlers/node-actions.ts'
import { createNodeHandlers } from './ipc/handlers/nodes.ts'
import { createMigrationHandlers } from './ipc/handlers/migrations.ts'
import { createPatchHandlers, createPatchSecrets } from './ipc/handlers/patches.ts'
import { createPresetHandlers } from './ipc/handlers/presets.ts'
import { createRunHandlers } from './ipc/handlers/runs.ts'
import { createUpgradeHandlers } from './ipc/handlers/upgrades.ts'
import { createClusterLocks } from './store/cluster-locks.ts'
import { createConfigHistory } from './store/config-history.ts'
import { createConfigResources } from './store/config-resources.ts'
import { createDraftStore } from './store/draft-store.ts'
import { createEtcdSnapshots } from './store/etcd-snapshots.ts'
import { createFactoryCache } from './store/factory-cache.ts'
import { createRunJournal } from './store/run-journal.ts'
import { createSavedPatches } from './store/saved-patches.ts'
import { createSealedContexts } from './store/sealed-contexts.ts'
import { openSettings } from './store/settings.ts'
import { createTalosconfigFiles } from './store/talosconfig-files.ts'
import { readKubernetesLines } from './store/kubernetes-lines.ts'
import { readVersionTable } from './store/version-table.ts'
import { certificateReader } from './talos/read-certificate.ts'

/** A node followed has about twenty calls open that one signal ends; Node warns of a leak from ten on. */
const LISTENERS_OF_A_SIGNAL = 100

/** A node tells its past events at once; milliseconds of silence that say they are all told. */
const PAST_EVENTS_TOLD = 250

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Joins the rules to the wire, the disk and the host: the one place that knows all of them.
 * @param launcher of the demo cluster, when the entry point began with it already
 */
export async function createApp(
  host: HostPort,
  launcher: DemoLauncher = createDemoLauncher(host),
): Promise<MadeApp> {
  setMaxListeners(LISTENERS_OF_A_SIGNAL)
  const { dataDir, protosDir, resourcesDir, clock, log, keystore } = host
  const seal = sealWhatMayRest(keystore)
  const [settings, table, kubernetesLines] = await Promise.all([
    openSettings(dataDir, log),
    readVersionTable(resourcesDir),
    readKubernetesLines(resourcesDir),
  ])

  const book = createContextBook({
    store: createSealedContexts(join(dataDir, 'contexts.sealed'), keystore.seal),
    reader: certificateReader,
    clock,
    newId: randomUUID,
  })
  const clusterOf = (name: string): string =>
    book.contexts().find((context) => context.name === name)?.certificate.authority ?? name
  const journal = createRunJournal(join(dataDir, 'runs'))
  const runs = createRunEngine({
    journal,
    clock,
    newId: randomUUID,
    who: host.user,
    locks: createClusterLocks(host.locksDir ?? join(dataDir, 'locks')),
    log,
    clusterOf,
  })
  const demo = createDemo({ book, launcher })
  const clusters = createClusters({
    book,
    protosDir,
    clock,
    idle: (context) => runs.idle(context),
    demoFactory: () => demo.factoryUrl(),
  })
  const kubernetes = createKubernetesClusters(clusters)
  const fleets = createFleets({ clusters, clock, log })
  clusters.onClosed((context) => fleets.drop(context))

  const snapshots = createEtcdSnapshots(join(dataDir, 'snapshots'), clock)

  const schemas = createConfigResources(resourcesDir)
  const factory = createHttpFactory({
    cache: createFactoryCache(join(dataDir, 'factory'), log),
    now: () => clock.now(),
  })
  const images = { clusters, factory, sha256, factoryUrl: () => settings.current().factoryUrl }
  const patches = createSavedPatches(join(dataDir, 'patches'), seal, log)

  await Promise.all([
    runs.load(),
    snapshots.sweep().catch((error: unknown) => log.warn('snapshot-drafts-left', { error: String(error) })),
    book.load().catch((error: unknown) => {
      // A locked store is opened by the person; a damaged one is told when they import again.
      if (!isFailure(error)) throw error
      log.warn('contexts not loaded', { code: error.code })
    }),
  ])

  const telling = new AbortController()
  const language = (): Language => languageOf(settings.current().language, host.locale)
  void tellHost(runs, host, language, telling.signal).catch((error: unknown) =>
    log.error('host not told', error),
  )

  const handlers: Handlers = {
    ...createAppHandlers({
      host,
      settings,
      book,
      selfTest: async () => {
        // Asked for rarely, and it brings a library that makes certificates.
        const { runSelfTest } = await import('./talos/self-test.ts')
        return runSelfTest({ protosDir, now: () => clock.now() })
      },
    }),
    ...createContextHandlers({
      book,
      demo,
      files: createTalosconfigFiles({ env: process.env, home: homedir(), pick: host.pickFile }),
    }),
    ...createDemoHandlers({ demo }),
    ...createNodeHandlers({ clusters, fleets, clock, log }),
    ...createNodeActionHandlers({ clusters, runs, clock }),
    ...createActionPlanHandlers({
      clusters,
      runs,
      clock,
      snapshots,
      newId: randomUUID,
      kubernetesOf: (context) => kubernetes.of(context),
    }),
    ...createMachineConfigHandlers({
      clusters,
      runs,
      clock,
      drafts: createDraftStore(join(dataDir, 'drafts'), seal, log),
      history: createConfigHistory(join(dataDir, 'configs'), seal),
      schemas,
      patchSecrets: createPatchSecrets(patches, schemas),
      log,
      who: host.user,
      sha256,
      newId: randomUUID,
      clusterOf,
      outcomeOf: (id) => runs.list().find((run) => run.id === id)?.outcome,
      earlierTrial: (ref) =>
        endOfTrial(
          runs.list().filter((run) => clusterOf(run.context) === clusterOf(ref.context)),
          ref.node,
        ),
      otherSlot: (ref) => otherSlotVersion(runs.list(ref.context), ref.node),
    }),
    ...createImageHandlers(images),
    ...createUpgradeHandlers({
      ...images,
      runs,
      clock,
      snapshots,
      table,
      lineSchema: createLineSchemas(schemas),
      // Real time: how fast a node tells its past has nothing to do with how fast anyone waits.
      quiet: (signal) => delay(PAST_EVENTS_TOLD, undefined, { signal }),
      newId: randomUUID,
      kubernetes: (context) => kubernetes.of(context),
    }),
    ...createKubernetesHandlers({
      clusters,
      kubernetesOf: (context) => kubernetes.of(context),
      runs,
      clock,
      schemas,
      table,
      lines: kubernetesLines,
      newId: randomUUID,
    }),
    ...createRunHandlers({ runs, clusters, kubernetesOf: (context) => kubernetes.of(context), sha256 }),
    ...createPatchHandlers({ clusters, schemas, store: patches, clock, newId: randomUUID }),
    ...createPresetHandlers({ clusters, schemas }),
    ...createMigrationHandlers({ clusters, schemas }),
  }

  return {
    handlers,
    idle: () => runs.idle(),
    going: () => runs.list().filter((run) => run.endedAt === undefined && run.outcome === undefined).length,
    async [Symbol.asyncDispose]() {
      telling.abort()
      await runs.close()
      await journal.close()
      fleets[Symbol.dispose]()
      kubernetes[Symbol.dispose]()
      clusters[Symbol.dispose]()
      await demo[Symbol.asyncDispose]()
    },
  }
}

/** Until the person has chosen how keys rest, drafts and history are kept in memory: the demo asks for no passphrase. */
function sealWhatMayRest(keystore: HostPort['keystore']): SealPort {
  const { seal } = keystore
  return {
    get persistent() {
      return keystore.state().kind !== 'unset' && seal.persistent
    },
    seal: (plain) => seal.seal(plain),
    unseal: (sealed) => seal.unseal(sealed),
  }
}
