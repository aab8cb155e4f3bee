import { createServer, type Server } from 'node:net'

const APID_PORT = 50000

interface Place {
  readonly address: string
  readonly port: number
}

export interface Places {
  readonly places: readonly Place[]
  /** Gives the addresses back to other clusters. */
  release(): Promise<void>
}

/**
 * Addresses for that many machines. On Linux all of 127.0.0.0/8 is local, so each machine gets 127.0.N.2 and on, port
 * 50000, in a /24 that is kept from other clusters by holding port 50000 of its first address. Elsewhere, and where
 * something holds port 50000 everywhere, all share 127.0.0.1 with a free port each.
 */
export async function claimAddresses(count: number): Promise<Places> {
  if (process.platform === 'linux' && count <= 250) {
    const first = 1 + (process.pid % 250)
    for (let step = 0; step < 250; step += 1) {
      const net = 1 + ((first + step) % 250)
      const hold = await listen(`127.0.${net}.1`, APID_PORT)
      if (!hold) continue
      const places = Array.from({ length: count }, (_none, index) => ({
        address: `127.0.${net}.${index + 2}`,
        port: APID_PORT,
      }))
      if (await areFree(places)) return { places, release: () => stop(hold) }
      await stop(hold)
    }
  }
  return sharedAddress(count)
}

/**
 * A port for the kube-apiserver of each address: the usual one where that address is the machine's own and it is free
 * there, else any.
 * @throws when this computer has none left
 */
export async function claimApiPorts(addresses: readonly string[], usual: number): Promise<readonly number[]> {
  const isOwn = new Set(addresses).size === addresses.length
  const held = await Promise.all(
    addresses.map(
      async (address) => (isOwn ? await listen(address, usual) : undefined) ?? listen(address, 0),
    ),
  )
  const ports = held.map((server) => {
    const bound = server?.address()
    return bound && typeof bound === 'object' ? bound.port : 0
  })
  await Promise.all(held.filter((server) => server !== undefined).map(stop))
  if (ports.includes(0)) throw new Error('this computer has no free ports for the API servers')
  return ports
}

async function areFree(places: readonly Place[]): Promise<boolean> {
  for (const { address, port } of places) {
    const probe = await listen(address, port)
    if (!probe) return false
    await stop(probe)
  }
  return true
}

async function sharedAddress(count: number): Promise<Places> {
  const probes = await Promise.all(Array.from({ length: count }, () => listen('127.0.0.1', 0)))
  const places: Place[] = []
  for (const probe of probes) {
    const bound = probe?.address()
    if (bound && typeof bound === 'object') places.push({ address: '127.0.0.1', port: bound.port })
  }
  await Promise.all(probes.filter((probe) => probe !== undefined).map(stop))
  if (places.length < count) throw new Error('this computer has no free ports on 127.0.0.1')
  return { places, release: async () => undefined }
}

/** Undefined when it is taken or not ours to take. */
function listen(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', () => resolve(undefined))
    server.listen({ host, port, exclusive: true }, () => resolve(server))
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
