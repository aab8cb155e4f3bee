import type { ExtensionChange } from '#contract/images.ts'
import type { NodePlan, PreflightCheck } from '#contract/upgrades.ts'
import type { ImageReading } from '../images/read-images.ts'
import { shortName } from '../images/extension-changes.ts'
import type { ChosenImage } from '../images/choose-image.ts'
import { hideLooseSecrets } from '../nodes/loose-secrets.ts'
import type { Sha256 } from './hash-port.ts'
import { grubArgumentsAfter, ownArguments } from './kernel-cmdline.ts'
import { valueOf } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import type { CheckFinding } from './preflight.ts'
import { parseSchematic, schematicId } from './schematic.ts'
import { minorsBetween } from './version-table.ts'

export interface ImageFacts {
  readonly image: ChosenImage
  readonly reading: ImageReading
  readonly extensions: readonly ExtensionChange[]
  readonly mechanism: NodePlan['mechanism']
  readonly sha256: Sha256
}

/** Checks about what would be installed. */
export function imageChecks(facts: NodeFacts, parts: ImageFacts): readonly PreflightCheck[] {
  const own = ownImageCheck(facts, parts.image)
  return [
    { id: 'image', ...imageCheck(facts, parts) },
    ...(own === undefined ? [] : [{ id: 'own-image' as const, ...own }]),
    { id: 'schematic-kept', ...schematicCheck(facts, parts) },
    ...(parts.extensions.length === 0
      ? []
      : [{ id: 'extensions-published' as const, ...extensionsCheck(parts) }]),
    { id: 'kernel-arguments-kept', ...kernelArgumentsCheck(facts, parts) },
  ]
}

function imageCheck({ security, version }: NodeFacts, { image, reading }: ImageFacts): CheckFinding {
  const { finding, published } = reading
  const told = valueOf(version)
  const readings = [
    { source: 'Image', found: image.reference },
    { source: 'Registry', found: finding.evidence },
    ...(finding.digest === undefined ? [] : [{ source: 'Digest', found: finding.digest }]),
    ...(finding.architectures === undefined
      ? []
      : [{ source: 'Architectures', found: finding.architectures.join(', ') }]),
    { source: 'Version', found: `${told?.platform ?? '?'} ${told?.arch ?? '?'}` },
    {
      source: 'SecurityStates',
      found: security.known
        ? `secureBoot ${security.value?.secureBoot ?? '–'}, bootedWithUKI ${security.value?.uki ?? '–'}`
        : security.reason,
    },
  ]
  // Under secure boot only the signed image starts, so this must not be guessed.
  if (!security.known) return { outcome: 'block', evidence: `SecurityState: ${security.reason}`, readings }
  if (image.refused !== undefined) {
    return { outcome: 'block', evidence: image.reference, because: `choice-${image.refused}`, readings }
  }
  if (published.known && !published.value && image.origin !== 'own') {
    return {
      outcome: 'block',
      evidence: `${reading.word.url}/versions`,
      because: 'image-unpublished',
      readings,
    }
  }
  const { architectures } = finding
  if (told !== undefined && architectures?.includes(told.arch) === false) {
    return {
      outcome: 'block',
      evidence: `${architectures.join(', ')} ≠ ${told.arch}`,
      because: 'image-other-architecture',
      readings,
    }
  }
  if (finding.state === 'exists') return { outcome: 'pass', evidence: image.reference, readings }
  return {
    outcome: finding.state === 'missing' ? 'block' : 'unknown',
    evidence: finding.evidence,
    because: finding.state === 'unknown' ? 'image-unasked' : `image-${finding.state}`,
    readings,
  }
}

/** A third party's image holds what nobody here knows: it goes, or it stays, only when the person says which. */
function ownImageCheck(facts: NodeFacts, image: ChosenImage): CheckFinding | undefined {
  const from = valueOf(facts.install)?.image ?? '–'
  if (image.replacesOwn === true) {
    return {
      outcome: 'warn',
      evidence: `${from} → ${image.reference}`,
      readings: [
        { source: 'machine.install.image', found: from },
        { source: 'Next image', found: image.reference },
      ],
      because: 'own-image-replaced',
      accept: true,
    }
  }
  if (image.origin !== 'own') return undefined
  const secure = valueOf(facts.security)?.secureBoot === true
  return {
    outcome: 'warn',
    evidence: secure ? `${image.reference}; secureBoot true` : image.reference,
    because: 'own-image-kept',
    accept: true,
  }
}

function schematicCheck({ schematic }: NodeFacts, { image, sha256, reading }: ImageFacts): CheckFinding {
  // The image is made from it: without its word the node would get one without its extensions.
  if (!schematic.known) return { outcome: 'block', evidence: schematic.reason }
  const { id, extensions, content } = schematic.value
  if (image.origin === 'own') {
    return { outcome: 'unknown', evidence: image.reference, because: 'own-image-kept' }
  }
  if (id === undefined && extensions.length > 0) {
    // The image that would be installed knows nothing of them: they would be gone after the reboot.
    return {
      outcome: 'block',
      evidence: extensions.map(({ name }) => name).join(', '),
      because: 'extension-lost',
    }
  }
  const readings = [
    { source: 'Schematic now', found: id ?? '–' },
    { source: 'Schematic next', found: image.schematicId ?? '–' },
    { source: 'Factory', found: reading.address.url },
  ]
  if (image.origin === 'changed') {
    return { outcome: 'pass', evidence: `${id ?? '–'} → ${image.schematicId ?? '–'}`, readings }
  }
  if (id === undefined) return { outcome: 'pass', evidence: image.schematicId ?? image.reference, readings }
  const parsed = content === undefined ? undefined : parseSchematic(content)
  const proven = parsed !== undefined && schematicId(parsed, sha256) === id
  return { outcome: 'pass', evidence: proven ? `${id} = sha256(schematic)` : id, readings }
}

/** An extension that is not published for the target makes the image impossible to build (behaviour.md §5.10). */
function extensionsCheck({ extensions, reading }: ImageFacts): CheckFinding {
  const readings = [
    {
      source: `GET /version/…/extensions/official`,
      found:
        reading.word.askedAt === undefined
          ? (reading.word.failure?.message ?? '–')
          : `${reading.word.url} ${reading.word.askedAt}`,
    },
    ...extensions.map(({ name, before, after, state }) => ({
      source: name,
      found: `${before ?? '–'} → ${after ?? '–'} (${state})`,
    })),
  ]
  const of = (state: ExtensionChange['state']): readonly string[] =>
    extensions.filter((one) => one.state === state).map(({ name }) => shortName(name))
  const [missing, lost, renamed, unsure] = (['missing', 'lost', 'renamed', 'unknown'] as const).map((state) =>
    of(state).join(', '),
  )
  if (missing) return { outcome: 'block', evidence: missing, because: 'extension-missing', readings }
  if (lost) return { outcome: 'block', evidence: lost, because: 'extension-lost', readings }
  if (!reading.offered.known) {
    return { outcome: 'unknown', evidence: reading.offered.reason, because: 'extension-unasked', readings }
  }
  if (unsure) return { outcome: 'unknown', evidence: unsure, because: 'extension-unasked', readings }
  if (renamed) return { outcome: 'warn', evidence: renamed, because: 'extension-renamed', readings }
  const list = extensions.filter(({ state }) => state !== 'removed').map(({ name }) => shortName(name))
  return { outcome: 'pass', evidence: list.join(', ') || '–', readings }
}

/** Who loses arguments: GRUB, new mechanism, arguments in the config that grub.cfg takes from there (behaviour.md §5.3). */
function kernelArgumentsCheck(facts: NodeFacts, { mechanism, image }: ImageFacts): CheckFinding {
  const { install, security } = facts
  if (!install.known) {
    // A UKI has its arguments inside; a GRUB node may have them in the config that could not be read.
    return { outcome: valueOf(security)?.uki === true ? 'unknown' : 'block', evidence: install.reason }
  }
  const named = hideLooseSecrets(install.value?.extraKernelArgs.join(' ') ?? '')
  const readings = [
    { source: 'machine.install.extraKernelArgs', found: named || '–' },
    { source: 'machine.install.grubUseUKICmdline', found: String(install.value?.grubUsesUkiCmdline ?? '–') },
    { source: 'KernelCmdlines', found: cmdlineText(facts) },
  ]
  const evidence = `machine.install.extraKernelArgs: ${named || '–'}`
  const ownGrub = valueOf(security)?.uki !== true && install.value?.grubUsesUkiCmdline !== true
  const chosen = image.before?.extraKernelArgs.join(' ') !== image.after?.extraKernelArgs.join(' ')
  if (image.origin === 'changed' && chosen && ownGrub) {
    // grub.cfg is written from the config there; what the schematic says is not looked at.
    return {
      outcome: 'warn',
      evidence: `GRUB, grubUseUKICmdline: false; ${evidence}`,
      because: 'grub-ignores-schematic',
      readings,
    }
  }
  if (ownGrub && (mechanism === 'legacy' || !losesKernelArguments(facts))) {
    const cmdline = valueOf(facts.kernelCmdline) ?? ''
    const kept = grubArgumentsAfter(cmdline, mechanism, install.value?.extraKernelArgs)
    const gone = ownArguments(cmdline).filter((argument) => !kept.includes(argument))
    if (gone.length > 0) {
      return {
        outcome: 'warn',
        evidence: hideLooseSecrets(gone.join(' ')),
        because: 'grub-drops-arguments',
        readings,
      }
    }
  }
  if (mechanism === 'legacy')
    return { outcome: 'pass', evidence: `${evidence}; MachineService.Upgrade`, readings }
  return losesKernelArguments(facts)
    ? { outcome: 'block', evidence, because: 'grub-loses-arguments', readings }
    : { outcome: 'pass', evidence, readings }
}

/** Why it could not be read is told as well. */
function cmdlineText({ kernelCmdline }: NodeFacts): string {
  return kernelCmdline.known ? hideLooseSecrets(kernelCmdline.value ?? '–') : kernelCmdline.reason
}

/** True when the installer of the new mechanism would drop `machine.install.extraKernelArgs`. */
export function losesKernelArguments({ install, security }: NodeFacts): boolean {
  const section = valueOf(install)
  if (section === undefined || section.grubUsesUkiCmdline) return false
  return section.extraKernelArgs.length > 0 && valueOf(security)?.uki !== true
}

/** The legacy call is there until 1.17. */
export function hasLegacyUpgrade(version: string): boolean {
  return minorsBetween('1.17.0', version) <= 0
}
