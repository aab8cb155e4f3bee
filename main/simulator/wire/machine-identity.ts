import { createHash } from 'node:crypto'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { CallContext, Methods } from './call.ts'
import { durationMilliseconds } from './wire-values.ts'
import { issueClient, writeTalosconfig } from './pki.ts'
import { createKubeconfigArchive } from './kubeconfig.ts'
import { minorOf } from './talos-version.ts'

/** Go releases the Talos lines are built with. */
const GO_VERSIONS: Readonly<Record<number, string>> = {
  9: 'go1.23.8',
  10: 'go1.24.11',
  11: 'go1.24.11',
  12: 'go1.25.9',
  13: 'go1.26.6',
  14: 'go1.26.6',
}

/** Who a node says it is, and the credentials it hands out. */
export const identityMethods: Methods<MachineServiceHandlers> = {
  Version: (_request, { machine }) => ({
    messages: [
      {
        version: {
          tag: machine.talosVersion,
          sha: createHash('sha1').update(machine.talosVersion).digest('hex').slice(0, 8),
          built: '',
          goVersion: GO_VERSIONS[minorOf(machine.talosVersion)] ?? 'go1.26.6',
          os: 'linux',
          arch: 'amd64',
        },
        platform: { name: 'metal', mode: 'metal' },
        features: { rbac: true },
      },
    ],
  }),
  Hostname: (_request, { machine }) => ({ messages: [{ hostname: machine.spec.hostname }] }),
  async GenerateClientConfiguration({ roles, crtTtl }, context) {
    checkControlPlane(context, 'generate client configuration')
    const lifetime = durationMilliseconds(crtTtl) ?? 0
    if (lifetime <= 0) throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'crt_ttl should be positive')
    const { os } = context.secrets
    const sorted = [...new Set(roles)].sort()
    // Certificates are judged by real clocks on both sides, so they are dated by one too.
    const notAfter = new Date(Date.now() + lifetime)
    const { crt, key } = await issueClient(os, { roles: sorted, notAfter })
    const [only] = sorted
    const name = context.cluster.name
    const talosconfig = writeTalosconfig({
      context: sorted.length === 1 && only ? `${only.replace(/^os:/, '')}@${name}` : name,
      endpoints: [],
      nodes: [],
      ca: os.crt,
      crt,
      key,
    })
    return {
      messages: [
        {
          ca: Buffer.from(os.crt),
          crt: Buffer.from(crt),
          key: Buffer.from(key),
          talosconfig: Buffer.from(talosconfig),
        },
      ],
    }
  },
  async *Kubeconfig(_request, context) {
    checkControlPlane(context, 'kubeconfig')
    const { cluster, secrets } = context
    yield { bytes: await createKubeconfigArchive(cluster, secrets.kubernetes) }
  },
}

/** @throws UNIMPLEMENTED in Talos' words on a worker */
export function checkControlPlane({ machine }: CallContext, name: string): void {
  if (machine.spec.role !== 'controlplane')
    throw new SimulatedStatus(Code.UNIMPLEMENTED, `${name} is only available on control plane nodes`)
}
