/** What the Image Factory offers: facts about the published extensions and overlays, by Talos line. */

interface ExtensionSpan {
  /** Minor releases of Talos, 9 for 1.9; `until` is the last one it was published for. */
  readonly since?: number
  readonly until?: number
  readonly names: string
}

/** Names without `siderolabs/`, from the release branches 1.8 to 1.14 of the extensions repository. */
const SPANS: readonly ExtensionSpan[] = [
  { until: 8, names: 'amdgpu-firmware i915-ucode' },
  {
    names:
      'amd-ucode binfmt-misc bnx2-bnx2x btrfs chelsio-drivers chelsio-firmware crun drbd ' +
      'ecr-credential-provider fuse3 gasket-driver gvisor gvisor-debug hello-world-service ' +
      'intel-ice-firmware intel-ucode iscsi-tools kata-containers mdadm mei nonfree-kmod-nvidia-lts ' +
      'nonfree-kmod-nvidia-production nut-client nvidia-container-toolkit-lts ' +
      'nvidia-container-toolkit-production nvidia-fabricmanager-lts nvidia-fabricmanager-production ' +
      'nvidia-open-gpu-kernel-modules-lts nvidia-open-gpu-kernel-modules-production ' +
      'qemu-guest-agent qlogic-firmware realtek-firmware spin stargz-snapshotter tailscale ' +
      'thunderbolt uinput usb-modem-drivers util-linux-tools v4l-uvc-drivers vmtoolsd-guest-agent ' +
      'wasmedge xen-guest-agent zfs',
  },
  { since: 9, names: 'amdgpu cloudflared dvb-cx23885 glibc i915 lldpd metal-agent' },
  {
    since: 10,
    names: 'amazon-ena ctr nebula nfsd nvme-cli panfrost revpi-firmware vc4 xdma-driver youki zerotier',
  },
  { since: 11, names: 'dvb-m88ds3103 hailort newt nfsrahead tenstorrent' },
  {
    since: 12,
    names:
      'bird2 gpio-pinctrl mellanox-mstflint multipath-tools netbird nfs-utils nvidia-gdrdrv-device ' +
      'soci-snapshotter trident-iscsi-tools usb-audio-drivers xe',
  },
  { since: 13, names: 'intel-npu joydev px-fuse rockchip-rknn uhid' },
  { since: 14, names: 'harbor-credential-provider hyperv-guest-agent kata-containers-snp' },
]

/** Extensions by somebody else than Sidero Labs. */
const AUTHORS: Readonly<Record<string, string>> = {
  'binfmt-misc': 'Serge Logvinov',
  bird2: 'Matthias Riegler',
  btrfs: 'Enno Boland',
  cloudflared: 'Maxime Narbaud',
  crun: 'Henrik Gerdes',
  ctr: 'Tomasz Jonak',
  drbd: 'Alexander Prentki',
  'dvb-cx23885': 'Skyler Mäntysaari',
  'dvb-m88ds3103': 'Yehia Amer',
  'ecr-credential-provider': 'Florian Ströger',
  glibc: 'Jean-Francois Roy',
  'gpio-pinctrl': 'autops',
  hailort: 'hailo.ai team',
  'intel-npu': 'lmacka',
  'kata-containers': 'Fabiano Fidêncio',
  lldpd: 'Niklas Wik',
  mdadm: 'Serge Logvinov',
  mei: 'Nick Meyer',
  'mellanox-mstflint': 'Jean-Francois Roy',
  nebula: 'iamwacko',
  netbird: 'Łukasz Szczepański',
  newt: 'Fossorial',
  'nfs-utils': 'PostFinance',
  nfsd: 'Cameron Mehl',
  nfsrahead: 'Steve Kreitzer',
  'nvidia-gdrdrv-device': 'Nicole Hubbard',
  panfrost: 'Adam Cirillo',
  'qemu-guest-agent': 'Markus Reiter',
  'revpi-firmware': 'STACKIT',
  'rockchip-rknn': 'Camillo Rossi',
  spin: 'Sven Pfennig',
  tailscale: 'Beau Trepp',
  tenstorrent: 'Tenstorrent AI ULC',
  thunderbolt: 'Igor Rzegocki',
  uinput: 'Judah Rand',
  'usb-audio-drivers': 'mindstorms6',
  'v4l-uvc-drivers': 'Jacob McSwain',
  vc4: 'Gluo NV',
  'vmtoolsd-guest-agent': 'Equinix and Siderolabs',
  'xdma-driver': 'Nikolai Shields',
  'xen-guest-agent': 'Jerwin NJ',
  youki: '0xBrandon',
  zerotier: 'Hive Technologies',
  zfs: 'Aenix, Enix',
}

export function extensionAuthor(name: string): string {
  return AUTHORS[name] ?? 'Sidero Labs'
}

/** Whether that line of Talos (minor 13 for 1.13) has the official extension `siderolabs/x`; later lines have what the last known one has. */
export function hasExtension(extension: string, minor: number): boolean {
  return officialExtensions(minor).includes(extension)
}

/** Sorted: `siderolabs/amd-ucode` … */
export function officialExtensions(minor: number): readonly string[] {
  return SPANS.filter(
    ({ since = 0, until = NEWEST }) => since <= minor && (minor <= until || until === NEWEST),
  )
    .flatMap(({ names }) => names.split(' '))
    .map((name) => `siderolabs/${name}`)
    .sort()
}

const NEWEST = 14

/** Boards by the image that knows them. */
const OVERLAYS: Readonly<Record<string, string>> = {
  'siderolabs/sbc-allwinner': 'bananapi_m64 libretech_all_h3_cc_h5 pine64',
  'siderolabs/sbc-jetson': 'jetson_nano',
  'siderolabs/sbc-raspberrypi': 'rpi_generic',
  'siderolabs/sbc-rockchip':
    'helios64 nanopi-r4s nanopi-r5s orangepi-r1-plus-lts rock4cplus rock4se rock64 rockpi4 rockpi4c turingrk1',
}

export function officialOverlays(): readonly { readonly name: string; readonly image: string }[] {
  return Object.entries(OVERLAYS).flatMap(([image, names]) =>
    names.split(' ').map((name) => ({ name, image })),
  )
}
