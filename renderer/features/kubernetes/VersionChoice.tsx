import { useState } from 'react'
import type { KubernetesTarget } from '#contract/kubernetes.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice, type ChoiceOption } from '../../ui/Choice.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { TypedVersion } from '../../ui/TypedVersion.tsx'
import './kubernetes.css'

/** Versions to go to. What is not possible stays in the list with its reason, folded away until asked for. */
export function VersionChoice({
  targets,
  chosen,
  resumed,
  onChange,
}: {
  readonly targets: readonly KubernetesTarget[]
  readonly chosen: string | undefined
  /** The version a run that was cut off was on its way to. */
  readonly resumed: string | undefined
  readonly onChange: (version: string) => void
}) {
  const { t } = useText()
  const [all, setAll] = useState(false)
  const refused = targets.filter(({ legal }) => !legal)
  // A cluster that can go nowhere is shown why at once.
  const moves = targets.some(({ reason }) => reason === 'next-minor' || reason === 'patch')
  const shown = all || !moves ? targets : targets.filter(({ legal }) => legal)
  // What was typed stands on the list like the rest; the checks say whether it goes.
  const isListed = chosen === undefined || targets.some(({ version }) => version === chosen)
  return (
    <>
      <Choice
        label={t('upgrade.target')}
        lines
        value={chosen}
        onChange={onChange}
        options={[
          ...(isListed
            ? []
            : [
                typedOption(
                  chosen,
                  t(chosen === resumed ? 'kubernetes.target.resumed' : 'kubernetes.target.typed'),
                ),
              ]),
          ...shown.map(({ version, reason, legal, nodes }) => ({
            value: version,
            title: (
              <>
                <span className={legal ? 'strong' : 'faint'}>{plainVersion(version)}</span>{' '}
                <span className="dim">{t(`kubernetes.target.${reason}`)}</span>
              </>
            ),
            reason: nodes.length === 0 ? undefined : nodes.join(', '),
            refused: !legal,
          })),
        ]}
      />
      <div className="kubernetes-versions">
        {moves && refused.length > 0 && (
          <Button kind="bare" size="small" onClick={() => setAll(!all)}>
            {all ? t('upgrade.target.hide') : t('upgrade.target.more', { count: refused.length })}
          </Button>
        )}
        <TypedVersion onType={(text) => onChange(`v${text.replace(/^v/, '')}`)} />
      </div>
    </>
  )
}

function typedOption(version: string, word: string): ChoiceOption<string> {
  return {
    value: version,
    title: (
      <>
        <span className="strong">{plainVersion(version)}</span> <span className="dim">{word}</span>
      </>
    ),
  }
}
