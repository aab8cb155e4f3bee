import { useState } from 'react'
import type { UpgradeTarget } from '#contract/upgrades.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'

/** Versions to go to. What is not possible stays in the list with its reason, folded away until asked for. */
export function Targets({
  targets,
  chosen,
  onChange,
}: {
  readonly targets: readonly UpgradeTarget[]
  readonly chosen: string | undefined
  readonly onChange: (version: string) => void
}) {
  const { t } = useText()
  const [all, setAll] = useState(false)
  const refused = targets.filter(({ legal }) => !legal)
  const shown = all ? targets : targets.filter(({ legal }) => legal)
  return (
    <>
      <Choice
        label={t('upgrade.target')}
        lines
        value={chosen}
        onChange={onChange}
        options={shown.map((target) => ({
          value: target.version,
          title: (
            <>
              <span className={target.legal ? 'strong' : 'target-name-refused'}>
                {plainVersion(target.version)}
              </span>{' '}
              <span className={target.reason === 'recommended' ? 'strong' : 'dim'}>
                {t(`target.${target.reason}`)}
              </span>
            </>
          ),
          reason:
            target.kubernetesMin === undefined || target.kubernetesMax === undefined
              ? undefined
              : t('upgrade.target.supports', { min: target.kubernetesMin, max: target.kubernetesMax }),
          refused: !target.legal,
        }))}
      />
      {refused.length > 0 && (
        <Button kind="bare" size="small" onClick={() => setAll(!all)}>
          {all ? t('upgrade.target.hide') : t('upgrade.target.older', { count: refused.length })}
        </Button>
      )}
    </>
  )
}
