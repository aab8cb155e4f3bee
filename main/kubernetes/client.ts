import {
  ApiException,
  ApiextensionsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubernetesObjectApi,
  PolicyV1Api,
  PatchStrategy,
  ResponseContext,
  ServerConfiguration,
  V1DeleteOptions,
  V1Eviction,
  VersionApi,
  createConfiguration,
  setHeaderOptions,
  wrapHttpLibrary,
} from '@kubernetes/client-node'
import type { PodRef } from '../domain/kubernetes/kubernetes-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import type { Transport } from './transport.ts'

/** Stands for the server in a request; the transport puts the real one in. */
const NOWHERE = 'https://kubernetes.invalid'

export interface KubernetesApis {
  readonly core: CoreV1Api
  readonly policy: PolicyV1Api
  readonly extensions: ApiextensionsV1Api
  readonly custom: CustomObjectsApi
  /** For objects of whatever kind; it asks the API server where that kind lives. */
  readonly objects: KubernetesObjectApi
  readonly version: VersionApi
}

export const MERGE_PATCH = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)

/** The typed APIs over our transport, for one call: the library has no signal of its own. */
export function apisOver(transport: Transport, signal: AbortSignal): KubernetesApis {
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(NOWHERE, {}),
    httpApi: wrapHttpLibrary({
      async send(request) {
        const body = request.getBody()
        const answer = await transport.send(
          {
            method: request.getHttpMethod().toString(),
            path: request.getUrl().slice(NOWHERE.length),
            headers: request.getHeaders(),
            body: typeof body === 'string' ? body : undefined,
          },
          signal,
        )
        return new ResponseContext(answer.status, answer.headers, {
          text: async () => answer.body.toString('utf8'),
          binary: async () => answer.body,
        })
      },
    }),
  })
  return {
    core: new CoreV1Api(configuration),
    policy: new PolicyV1Api(configuration),
    extensions: new ApiextensionsV1Api(configuration),
    custom: new CustomObjectsApi(configuration),
    objects: new KubernetesObjectApi(configuration),
    version: new VersionApi(configuration),
  }
}

/** An eviction of that very pod, and of no other that took its name. */
export function evictionOf({ namespace, name, uid }: PodRef): V1Eviction {
  return Object.assign(new V1Eviction(), {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid } },
  })
}

export function deletionOf({ uid }: PodRef, graceSeconds: number | undefined): V1DeleteOptions {
  return Object.assign(new V1DeleteOptions(), {
    preconditions: { uid },
    ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
  })
}

/** What an API server answered instead of a value: status and its own words. `undefined` for any other error. */
export function refusalOf(error: unknown): { readonly status: number; readonly message: string } | undefined {
  if (!(error instanceof ApiException)) return undefined
  return { status: error.code, message: messageOf(error.body) ?? `HTTP ${error.code}` }
}

/** An HTTP status becomes a failure here and nowhere else. */
export function toFailure(error: unknown, what: string): unknown {
  const refusal = refusalOf(error)
  if (refusal === undefined) return error
  const { status, message } = refusal
  const code = status === 404 ? 'not-found' : status === 409 ? 'conflict' : 'kubernetes-refused'
  return new TalosFailure(code, `Kubernetes, ${what}: ${message}`, { cause: error })
}

/** The library hands a body on as text, as an object, or as a Status of its own. */
function messageOf(body: unknown): string | undefined {
  if (typeof body === 'string') {
    try {
      return messageOf(JSON.parse(body))
    } catch {
      return body.trim() === '' ? undefined : body.trim().slice(0, 500)
    }
  }
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined
  const { message } = body
  const causes = causesOf(body)
  return [String(message), ...causes].join(' ')
}

function causesOf(body: object): readonly string[] {
  const details = 'details' in body ? body.details : undefined
  if (typeof details !== 'object' || details === null || !('causes' in details)) return []
  if (!Array.isArray(details.causes)) return []
  return (details.causes as readonly { readonly message?: unknown }[]).flatMap(({ message }) =>
    typeof message === 'string' ? [message] : [],
  )
}
