import type { MachineSpec, SimulatedRandom } from '../machine-api.ts'
import { pick } from './random.ts'

/** What a machine is made of; drawn once, survives everything. */
export interface Hardware {
  readonly manufacturer: string
  readonly product: string
  readonly biosVersion: string
  readonly serial: string
  readonly uuid: string
  readonly cpu: { readonly vendor: string; readonly name: string; readonly mhz: number }
  readonly memoryVendor: string
  readonly memoryPart: string
  readonly memorySpeed: number
  /** Ethernet ports, the first one plugged in. */
  readonly links: readonly NetworkPort[]
  /** The one Talos is on; an installation may choose the other. */
  systemDisk: Drive
  dataDisk: Drive
  readonly hasDataDisk: boolean
  /** Further ones, without anything on them. */
  readonly extraDisks: readonly Drive[]
  /** Cluster identity of the node: base62 text. */
  readonly nodeId: string
  readonly diskUuids: readonly string[]
}

export interface NetworkPort {
  readonly name: string
  readonly mac: string
  readonly driver: string
  readonly vendor: string
  readonly product: string
  readonly bus: string
  readonly pci: string
}

export interface Drive {
  /** `nvme0n1`, `sda` */
  readonly name: string
  readonly model: string
  readonly serial: string
  readonly transport: 'nvme' | 'sata'
  readonly bus: string
  readonly bytes: number
}

interface Model {
  readonly manufacturer: string
  readonly product: string
  readonly bios: string
  readonly cpu: Hardware['cpu']
}

const MODELS: readonly [Model, ...Model[]] = [
  {
    manufacturer: 'LENOVO',
    product: '10T8S0CQ00',
    bios: 'M1UKT77A',
    cpu: { vendor: 'Intel(R) Corporation', name: 'Intel(R) Core(TM) i5-8500T CPU @ 2.10GHz', mhz: 3500 },
  },
  {
    manufacturer: 'Dell Inc.',
    product: 'OptiPlex 7060',
    bios: '1.33.0',
    cpu: { vendor: 'Intel(R) Corporation', name: 'Intel(R) Core(TM) i7-8700T CPU @ 2.40GHz', mhz: 4000 },
  },
  {
    manufacturer: 'HP',
    product: 'HP EliteDesk 800 G5 Desktop Mini',
    bios: 'R21 Ver. 02.19.00',
    cpu: { vendor: 'Intel(R) Corporation', name: 'Intel(R) Core(TM) i5-9500T CPU @ 2.20GHz', mhz: 3700 },
  },
  {
    manufacturer: 'AZW',
    product: 'SER5',
    bios: 'SER5PROV105',
    cpu: {
      vendor: 'Advanced Micro Devices, Inc.',
      name: 'AMD Ryzen 7 5800H with Radeon Graphics',
      mhz: 4450,
    },
  },
]

const MEMORY: readonly [readonly [string, string, number], ...(readonly [string, string, number])[]] = [
  ['Samsung', 'M471A2K43CB1-CTD', 2666],
  ['Crucial Technology', 'CT16G4SFRA32A.C16FP', 3200],
  ['SK Hynix', 'HMA82GS6DJR8N-XN', 3200],
]

const NVME: readonly [string, ...string[]] = [
  'Samsung SSD 980 PRO 500GB',
  'WD Blue SN580 500GB',
  'KINGSTON SNV2S500G',
]

const SATA: readonly [string, ...string[]] = [
  'CT1000MX500SSD1',
  'Samsung SSD 870 EVO 1TB',
  'KINGSTON SA400S37960G',
]

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function drawHardware(spec: MachineSpec, random: SimulatedRandom): Hardware {
  const drawn = drawMachine(spec, random)
  // After everything else: a machine with more disks is otherwise the one it would be without.
  return { ...drawn, extraDisks: drawExtraDisks(spec, random) }
}

function drawExtraDisks({ extraDisks = 0 }: MachineSpec, random: SimulatedRandom): readonly Drive[] {
  return Array.from({ length: extraDisks }, (_none, at) => ({
    name: `sd${String.fromCharCode('b'.charCodeAt(0) + at)}`,
    model: pick(random, SATA),
    serial: word(random, 14),
    transport: 'sata' as const,
    bus: `/pci0000:00/0000:00:17.0/ata${at + 2}/host${at + 1}/target${at + 1}:0:0/${at + 1}:0:0:0`,
    bytes: 1_000_204_886_016,
  }))
}

function drawMachine(spec: MachineSpec, random: SimulatedRandom): Omit<Hardware, 'extraDisks'> {
  const model = pick(random, MODELS)
  const [memoryVendor, memoryPart, memorySpeed] = pick(random, MEMORY)
  return {
    manufacturer: model.manufacturer,
    product: model.product,
    biosVersion: model.bios,
    serial: word(random, 8),
    uuid: random.uuid(),
    cpu: model.cpu,
    memoryVendor,
    memoryPart,
    memorySpeed,
    links: [
      port(
        'enp0s31f6',
        random,
        'e1000e',
        'Intel Corporation',
        'Ethernet Connection (7) I219-LM',
        '0000:00:1f.6',
        '8086:15bb',
      ),
      port(
        'enp2s0',
        random,
        'igc',
        'Intel Corporation',
        'Ethernet Controller I225-V',
        '0000:02:00.0',
        '8086:15f3',
      ),
    ],
    systemDisk: {
      name: 'nvme0n1',
      model: pick(random, NVME),
      serial: word(random, 15),
      transport: 'nvme',
      bus: '/pci0000:00/0000:00:1d.0/0000:01:00.0/nvme/nvme0/nvme0n1',
      bytes: spec.diskBytes,
    },
    dataDisk: {
      name: 'sda',
      model: pick(random, SATA),
      serial: word(random, 14),
      transport: 'sata',
      bus: '/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0',
      bytes: 1_000_204_886_016,
    },
    hasDataDisk: spec.role === 'worker',
    nodeId: Array.from({ length: 43 }, () => ALPHABET.charAt(random.integer(ALPHABET.length))).join(''),
    diskUuids: Array.from({ length: 8 }, () => random.uuid()),
  }
}

function port(
  name: string,
  random: SimulatedRandom,
  driver: string,
  vendor: string,
  product: string,
  bus: string,
  pci: string,
): NetworkPort {
  const tail = [...random.bytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
  return { name, mac: `e8:6a:64:${tail}`, driver, vendor, product, bus, pci }
}

function word(random: SimulatedRandom, length: number): string {
  return Array.from({ length }, () => ALPHABET.charAt(random.integer(36))).join('')
}
