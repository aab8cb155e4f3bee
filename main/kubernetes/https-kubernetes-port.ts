import type { KubeManifest, KubernetesPort, PodRef } from '../domain/kubernetes/kubernetes-port.ts'
import type { Secret } from '../domain/secret.ts'
import type { KubernetesApis } from './client.ts'
import type { Transport } from './transport.ts'

/** What Talos tells of its Kubernetes: an admin's kubeconfig and where the API servers run. */
export type KubeconfigSource = (
  signal: AbortSignal,
) => Promise<{ readonly text: Secret; readonly controlPlanes: readonly string[] }>

/** Loaded with the first call: the client library is large, and many a session never needs it. */
async function loadLibrary() {
  const [client, kubeconfig, transport, objects, storage, manifests] = await Promise.all([
    import('./client.ts'),
    import('./read-kubeconfig.ts'),
    import('./transport.ts'),
    import('./read-objects.ts'),
    import('./read-storage.ts'),
    import('./manifests.ts'),
  ])
  return { ...client, ...kubeconfig, ...transport, ...objects, ...storage, ...manifests }
}
type Library = Awaited<ReturnType<typeof loadLibrary>>

/** A webhook denies it, or two budgets cover one pod, which the API server does not know how to judge. */
const REFUSES: ReadonlySet<number> = new Set([400, 403, 422, 500])

/**
 * Kubernetes over HTTPS with the admin's certificate that Talos gives out. The kubeconfig is asked for with the first
 * call, again when the API server refuses it, and never written down.
 */
export function createKubernetesPort(source: KubeconfigSource): KubernetesPort & { close(): void } {
  let library: Promise<Library> | undefined
  let transport: Promise<Transport> | undefined

  async function connect(lib: Library, signal: AbortSignal): Promise<Transport> {
    transport ??= source(signal).then(({ text, controlPlanes }) =>
      lib.createTransport(lib.readKubeconfig(text, controlPlanes)),
    )
    const current = transport
    return current.catch((error: unknown) => {
      if (transport === current) transport = undefined
      throw error
    })
  }

  async function hangUp(): Promise<void> {
    const open = transport
    transport = undefined
    await open?.then((one) => one.close()).catch(() => undefined)
  }

  /** One question; a certificate that the API server no longer takes is asked for anew, once. */
  async function ask<T>(
    what: string,
    signal: AbortSignal,
    call: (apis: KubernetesApis, lib: Library) => Promise<T>,
  ): Promise<T> {
    const lib = await (library ??= loadLibrary())
    for (let again = false; ; again = true) {
      const over = await connect(lib, signal)
      try {
        return await call(lib.apisOver(over, signal), lib)
      } catch (error) {
        if (lib.refusalOf(error)?.status === 401 && !again) {
          await hangUp()
          continue
        }
        throw lib.toFailure(error, what)
      }
    }
  }

  async function patchNode(name: string, body: object, what: string, signal: AbortSignal): Promise<void> {
    await ask(what, signal, ({ core }, { MERGE_PATCH }) => core.patchNode({ name, body }, MERGE_PATCH))
  }

  return {
    version: async (signal) =>
      ask('version', signal, async ({ version }) => (await version.getCode()).gitVersion),

    nodes: async (signal) =>
      ask('nodes', signal, async ({ core }, { nodeOf }) => (await core.listNode()).items.map(nodeOf)),

    node: async (name, signal) =>
      ask(`node ${name}`, signal, async ({ core }, { nodeOf }) => nodeOf(await core.readNode({ name }))),

    setUnschedulable: async (name, unschedulable, signal) =>
      patchNode(
        name,
        { spec: { unschedulable: unschedulable ? true : null } },
        `${unschedulable ? 'cordon' : 'uncordon'} ${name}`,
        signal,
      ),

    async annotateNode(name, annotations, signal) {
      const patch = Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [key, value ?? null]),
      )
      await patchNode(name, { metadata: { annotations: patch } }, `annotate ${name}`, signal)
    },

    pods: async ({ node, namespace, labels }, signal) =>
      ask('pods', signal, async ({ core }, { podOf }) => {
        const query = {
          ...(node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }),
          ...(labels === undefined ? {} : { labelSelector: labels }),
        }
        const list =
          namespace === undefined
            ? await core.listPodForAllNamespaces(query)
            : await core.listNamespacedPod({ namespace, ...query })
        return list.items.map(podOf)
      }),

    budgets: async (signal) =>
      ask('disruption budgets', signal, async ({ policy }, { budgetOf }) =>
        (await policy.listPodDisruptionBudgetForAllNamespaces()).items.map(budgetOf),
      ),

    evict: async (pod, signal) =>
      ask(`evict ${nameOf(pod)}`, signal, async ({ core }, { evictionOf, refusalOf }) => {
        const { namespace, name } = pod
        try {
          await core.createNamespacedPodEviction({ namespace, name, body: evictionOf(pod) })
          return { kind: 'evicted' }
        } catch (error) {
          const refusal = refusalOf(error)
          if (refusal === undefined) throw error
          const { status, message } = refusal
          // 409: another pod has its name now.
          if (status === 404 || status === 409) return { kind: 'gone' }
          if (status === 429) return { kind: 'blocked', message }
          if (REFUSES.has(status)) return { kind: 'refused', message }
          throw error
        }
      }),

    deletePod: async (pod, graceSeconds, signal) =>
      ask(`delete ${nameOf(pod)}`, signal, async ({ core }, { deletionOf, refusalOf }) => {
        const { namespace, name } = pod
        try {
          await core.deleteNamespacedPod({ namespace, name, body: deletionOf(pod, graceSeconds) })
        } catch (error) {
          const status = refusalOf(error)?.status
          if (status !== 404 && status !== 409) throw error
        }
      }),

    storage: async (signal) => ask('storage', signal, (apis, { readStorage }) => readStorage(apis)),

    countObjects: async (of, signal) =>
      ask(of.plural, signal, (apis, { countObjects }) => countObjects(apis, of)),

    readObject: async (like, signal) =>
      ask(titleOf(like), signal, (apis, { readObject }) => readObject(apis, like)),

    applyObject: async (object, dryRun, signal) =>
      ask(`apply ${titleOf(object)}`, signal, (apis, { applyObject }) => applyObject(apis, object, dryRun)),

    close: () => void hangUp(),
  }
}

function nameOf({ namespace, name }: PodRef): string {
  return `${namespace}/${name}`
}

function titleOf({ kind, metadata: { name, namespace } }: KubeManifest): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
}
