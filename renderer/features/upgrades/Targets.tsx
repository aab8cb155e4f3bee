import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { UpgradeTarget } from '#contract/upgrades.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { TypedVersion } from '../../ui/TypedVersion.tsx'
import { Tick } from '../../ui/Tick.tsx'

/** Reasons that are worth a line before anyone asks for all of them. */
const FIRST: ReadonlySet<UpgradeTarget['reason']> = new Set([
  'recommended',
  'latest-patch',
  'allowed',
  'same-version',
])

/**
 * Versions to go to. What is not possible stays in the list with its reason, folded away until asked for, as do
 * pre-releases; any other version can be typed.
 */
export function Targets({
  targets,
  typed,
  asked,
  chosen,
  onChange,
  onType,
}: {
  readonly targets: readonly UpgradeTarget[]
  /** What was typed, judged; `asked` is the text itself. */
  readonly typed: UpgradeTarget | undefined
  readonly asked: string | undefined
  readonly chosen: string | undefined
  readonly onChange: (version: string) => void
  readonly onType: (version: string) => void
}) {
  const { t } = useText()
  const [all, setAll] = useState(false)
  const [pre, setPre] = useState(false)
  const known = targets.filter(({ preRelease, version }) => pre || !preRelease || version === chosen)
  const listed = all ? known : known.filter(isFirst)
  const extra = typed !== undefined && !listed.some(({ version }) => version === typed.version) ? [typed] : []
  const more = known.length - known.filter(isFirst).length
  const target = [...extra, ...targets].find(({ version }) => version === chosen)

  function isFirst({ version, reason, legal, preRelease }: UpgradeTarget): boolean {
    return version === chosen || (legal && (FIRST.has(reason) || (pre && preRelease)))
  }

  return (
    <>
      <Choice
        label={t('upgrade.target')}
        lines
        value={chosen}
        onChange={onChange}
        options={[...extra, ...listed].map((one) => ({
          value: one.version,
          title: (
            <>
              <span className={one.legal ? 'strong' : 'target-name-refused'}>
                {plainVersion(one.version)}
              </span>
              <span className={`target-reason ${one.reason === 'recommended' ? 'strong' : 'dim'}`}>
                {t(`target.${one.reason}`)}
              </span>
            </>
          ),
          reason:
            one.kubernetesMin === undefined || one.kubernetesMax === undefined
              ? undefined
              : t('upgrade.target.supports', { min: one.kubernetesMin, max: one.kubernetesMax }),
          refused: !one.legal,
        }))}
      />
      <div className="target-tools">
        {more > 0 && (
          <Button kind="bare" size="small" onClick={() => setAll(!all)}>
            {all ? t('upgrade.target.hide') : t('upgrade.target.more', { count: more })}
          </Button>
        )}
        {targets.some(({ preRelease }) => preRelease) && (
          <Tick checked={pre} onChange={setPre}>
            {t('upgrade.target.pre-releases')}
          </Tick>
        )}
        {target !== undefined && <NotesLink target={target} />}
        <TypedVersion onType={onType} />
      </div>
      {asked !== undefined && typed === undefined && (
        <p className="meta" role="status">
          {t('upgrade.target.no-version', { text: asked })}
        </p>
      )}
    </>
  )
}

function NotesLink({ target }: { readonly target: UpgradeTarget }) {
  const { t } = useText()
  const open = useAction('app.open-link')
  return (
    <>
      <Button
        kind="bare"
        size="small"
        icon={ExternalLink}
        busy={open.busy}
        onClick={() => void open.run({ url: target.notes })}
      >
        {t('upgrade.target.notes', { version: plainVersion(target.version) })}
      </Button>
      {open.error !== undefined && <ErrorNote error={open.error} />}
    </>
  )
}
