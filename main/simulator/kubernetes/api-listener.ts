import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SimulatedMachine } from '../machine-api.ts'
import type { KeyPairPem } from '../secrets-api.ts'
import { type HttpsPeer, listenForHttps } from '../secure-server.ts'
import { STATIC_POD_STATUS } from './static-pods.ts'

export const API_PORT = 6443

export interface ApiListener {
  /**
   * Resolves once the port is as the machine's API server is now.
   * @throws the system's error when the address could not be bound
   */
  settled(): Promise<void>
  close(): Promise<void>
}

type Handle = (request: IncomingMessage, response: ServerResponse, peer: HttpsPeer | undefined) => void

/** Listens on a control plane while it is up and its kube-apiserver runs; refuses, and drops all, when it does not. */
export function followApiServer(
  machine: SimulatedMachine,
  node: () => string,
  handle: Handle,
  tls: { readonly ca: string; readonly pair: () => Promise<KeyPairPem> },
): ApiListener {
  const { spec } = machine
  let listener: Awaited<ReturnType<typeof listenForHttps>> | undefined
  let closed = false
  let turn: Promise<void> = Promise.resolve()
  let failure: Error | undefined

  function shouldAnswer(): boolean {
    if (closed || !machine.isUp) return false
    const id = `kube-system/kube-apiserver-${node()}`
    const status = machine.resources.get({ namespace: 'k8s', type: STATIC_POD_STATUS, id })
    return status?.yamlSpec.includes('phase: Running') ?? false
  }

  async function adjust(): Promise<void> {
    if (!shouldAnswer()) {
      const open = listener
      listener = undefined
      await open?.close()
    } else if (!listener) {
      const pair = await tls.pair()
      listener = await listenForHttps(handle, {
        address: spec.address,
        port: spec.kubernetesPort ?? API_PORT,
        ca: tls.ca,
        pair,
      })
      // The power may have gone while the port was being opened.
      if (!shouldAnswer()) await adjust()
    }
  }

  // One after the other: an API server that comes back at once must find its port free.
  const look = (): void => {
    turn = turn.then(adjust).catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error))
    })
  }
  const down = (): void => {
    void listener?.close()
    look()
  }
  machine.power.on('up', look)
  machine.power.on('down', down)
  const unsubscribe = machine.resources.subscribe(({ resource }) => {
    if (resource.type === STATIC_POD_STATUS && resource.id.includes('/kube-apiserver-')) look()
  })
  look()
  return {
    async settled() {
      await turn
      if (failure) throw failure
    },
    async close() {
      closed = true
      machine.power.off('up', look)
      machine.power.off('down', down)
      unsubscribe()
      look()
      await turn
    },
  }
}
