/** Facts by Talos line (behaviour.md §0.1, §0.2). */
interface Line {
  readonly kubernetes: string
  readonly etcd: string
  readonly coreDns: string
  readonly flannel: string
  readonly containerd: string
  readonly linux: string
  /** Highest patch release the simulated registry holds. */
  readonly lastPatch: number
  /** Hosts `min ≤ host < maxExclusive` may be moved to this line. */
  readonly hostMin: string
  readonly hostMaxExclusive: string
  readonly kubernetesMin: string
  readonly kubernetesMax: string
}

const LINES: Readonly<Record<string, Line>> = {
  '1.8': line(
    '1.31.1',
    '3.5.16',
    '1.11.3',
    '0.26.1',
    '2.0.0',
    '6.6.54',
    4,
    '1.5.0',
    '1.10.0',
    '1.26',
    '1.31',
  ),
  '1.9': line(
    '1.32.4',
    '3.5.21',
    '1.12.0',
    '0.26.5',
    '2.0.5',
    '6.12.25',
    6,
    '1.8.0',
    '1.11.0',
    '1.27',
    '1.32',
  ),
  '1.10': line(
    '1.33.6',
    '3.5.26',
    '1.12.1',
    '0.26.7',
    '2.0.7',
    '6.12.63',
    9,
    '1.8.0',
    '1.12.0',
    '1.28',
    '1.33',
  ),
  '1.11': line(
    '1.34.1',
    '3.6.5',
    '1.12.4',
    '0.27.4',
    '2.1.5',
    '6.12.62',
    6,
    '1.9.0',
    '1.13.0',
    '1.29',
    '1.34',
  ),
  '1.12': line(
    '1.35.4',
    '3.6.11',
    '1.14.2',
    '0.27.4',
    '2.2.5',
    '6.18.42',
    11,
    '1.10.0',
    '1.14.0',
    '1.30',
    '1.35',
  ),
  '1.13': line(
    '1.36.3',
    '3.6.12',
    '1.14.6',
    '0.28.8',
    '2.2.7',
    '6.18.44',
    9,
    '1.11.0',
    '1.15.0',
    '1.31',
    '1.36',
  ),
  '1.14': line(
    '1.37.0-rc.0',
    '3.7.1',
    '1.14.6',
    '0.28.9',
    '2.3.3',
    '6.18.44',
    2,
    '1.12.0',
    '1.16.0',
    '1.32',
    '1.37',
  ),
}

function line(
  kubernetes: string,
  etcd: string,
  coreDns: string,
  flannel: string,
  containerd: string,
  linux: string,
  lastPatch: number,
  hostMin: string,
  hostMaxExclusive: string,
  kubernetesMin: string,
  kubernetesMax: string,
): Line {
  return {
    kubernetes,
    etcd,
    coreDns,
    flannel,
    containerd,
    linux,
    lastPatch,
    hostMin,
    hostMaxExclusive,
    kubernetesMin,
    kubernetesMax,
  }
}

/** Before a release: `1.14.0-rc.1` counts as 1.14.0 wherever versions are compared. */
function numbersOf(version: string): readonly [number, number, number] {
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)
  if (!found) throw new Error(`not a version: ${version}`)
  return [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
}

/** `1.13` of `v1.13.9`. */
export function lineOf(version: string): string {
  const [major, minor] = numbersOf(version)
  return `${major}.${minor}`
}

export function compareVersions(a: string, b: string): number {
  const [x, y] = [numbersOf(a), numbersOf(b)]
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2]
}

export function atLeast(version: string, line: string): boolean {
  return compareVersions(lineOf(version), line) >= 0
}

/** What runs on that version; the newest known line stands in for later ones. */
export function componentsOf(version: string): Line {
  const known = LINES[lineOf(version)] ?? LINES['1.14']
  if (!known) throw new Error(`no facts about ${version}`)
  return known
}

/** What holds a pod's namespaces open. */
export function pauseImageOf(version: string): string {
  const tag = atLeast(version, '1.14') ? '3.10.2' : atLeast(version, '1.12') ? '3.10.1' : '3.10'
  return `registry.k8s.io/pause:${tag}`
}

/** Whether the simulated registry has images of that tag: every patch of the known lines, and 1.14's candidates. */
export function isReleased(tag: string): boolean {
  if (/^v1\.14\.0-(beta\.[01]|rc\.[01])$/.test(tag)) return true
  if (!/^v\d+\.\d+\.\d+$/.test(tag)) return false
  const known = LINES[lineOf(tag)]
  return known !== undefined && numbersOf(tag)[2] <= known.lastPatch
}

/** The latest patch of a line: `v1.12.11` of `1.12`. */
export function newestOf(name: string): string {
  return `v${name}.${componentsOf(name).lastPatch}`
}

/** Every tag the simulated registry has, oldest first. */
export function releasedTags(): readonly string[] {
  const candidates = ['v1.14.0-beta.0', 'v1.14.0-beta.1', 'v1.14.0-rc.0', 'v1.14.0-rc.1']
  return Object.entries(LINES).flatMap(([name, { lastPatch }]) => [
    ...(name === '1.14' ? candidates : []),
    ...Array.from({ length: lastPatch + 1 }, (_none, patch) => `v${name}.${patch}`),
  ])
}

/** Why a host may not be moved to that Talos version, in the installer's words (behaviour.md §0.2). */
export function upgradeObjection(host: string, target: string): string | undefined {
  const facts = componentsOf(target)
  if (compareVersions(host, facts.hostMin) < 0)
    return `host version ${bare(host)} is too old to upgrade to Talos ${bare(target)}`
  if (compareVersions(host, facts.hostMaxExclusive) >= 0)
    return `host version ${bare(host)} is too new to downgrade to Talos ${bare(target)}`
  return undefined
}

/** Why that Kubernetes may not run on that Talos (1.11 and later look at image tags, behaviour.md §4.4). */
export function kubernetesObjection(kubernetes: string, talos: string): string | undefined {
  const facts = componentsOf(talos)
  const wanted = lineOf(kubernetes)
  if (compareVersions(wanted, facts.kubernetesMin) < 0)
    return `version of Kubernetes ${bare(kubernetes)} is too old to be used with Talos ${bare(talos)}`
  if (compareVersions(wanted, facts.kubernetesMax) > 0)
    return `version of Kubernetes ${bare(kubernetes)} is too new to be used with Talos ${bare(talos)}`
  return undefined
}

function bare(version: string): string {
  return numbersOf(version).join('.')
}
