import type { Run } from '#contract/runs.ts'
import { Facts } from '../../ui/Facts.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'

const PHASES = ['shutdown', 'firmware', 'kernel', 'initialize', 'boot', 'ready'] as const

/** How long each phase of a node's boot took; what could not be measured is not shown. */
export function BootPhases({ run, node }: { readonly run: Run; readonly node: string }) {
  const { t, format } = useText()
  const boot = run.boots?.findLast((one) => one.node === node)
  if (boot === undefined) return null
  const hostname = run.nodes?.find((one) => one.node === node)?.hostname ?? run.hostname
  return (
    <Section
      title={t('rolling.boot', { node: hostname })}
      remark={[
        t('rolling.boot.total', { time: format.stopwatch(boot.total, true) }),
        ...(boot.way === undefined ? [] : [t(`rolling.boot.way.${boot.way}`)]),
      ].join(', ')}
    >
      <Facts
        facts={PHASES.flatMap((phase) => {
          const seconds = boot[phase]
          if (seconds === undefined) return []
          return [{ name: t(`rolling.boot.${phase}`), value: format.stopwatch(seconds, true) }]
        })}
      />
    </Section>
  )
}
