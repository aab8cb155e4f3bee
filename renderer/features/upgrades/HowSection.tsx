import type { PlanOptions } from '#contract/upgrades.ts'
import { Choice } from '../../ui/Choice.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { SecondsField } from '../../ui/SecondsField.tsx'
import { Tick } from '../../ui/Tick.tsx'
import { withSeconds, type How } from './how.ts'
import './rolling.css'

const ORDERS = ['control-planes-first', 'workers-first'] as const

/** In which order, how each node goes down, and for how long the run waits. */
export function HowSection({
  how,
  several = false,
  rollback = false,
  onChange,
}: {
  readonly how: How
  /** More than one node: they have an order and a while between them. */
  readonly several?: boolean
  /** Talos itself restarts the node then; nobody can ask it for a cold boot. */
  readonly rollback?: boolean
  readonly onChange: (how: How) => void
}) {
  const { t } = useText()
  const { options } = how
  const set = (change: Partial<PlanOptions>): void => {
    onChange({ ...how, options: { ...options, ...change } })
  }
  return (
    <Section title={t('rolling.how')}>
      {several && (
        <Choice
          label={t('rolling.how')}
          value={options.order}
          onChange={(order) => set({ order })}
          options={ORDERS.map((order) => ({
            value: order,
            title: t(`rolling.order.${order}`),
            reason: t(`rolling.order.${order}.why`),
          }))}
        />
      )}
      <div className="how-columns">
        <div>
          <Tick checked={options.drain} onChange={(drain) => set({ drain })} reason={t('rolling.drain.why')}>
            {t('rolling.drain')}
          </Tick>
          {!rollback && (
            <Tick
              checked={options.coldBoot}
              onChange={(coldBoot) => set({ coldBoot })}
              reason={t('rolling.cold-boot.why')}
            >
              {t(several ? 'rolling.cold-boot' : 'rolling.cold-boot.one')}
            </Tick>
          )}
        </div>
        <div>
          <SecondsField
            label={t('how.drain-seconds')}
            reason={t('how.drain-seconds.why')}
            value={options.drainSeconds}
            min={30}
            max={3600}
            disabled={!options.drain}
            onChange={(seconds) => onChange(withSeconds(how, 'drainSeconds', seconds))}
          />
          {several && (
            <SecondsField
              label={t('how.settle-seconds')}
              reason={t('how.settle-seconds.why')}
              value={options.settleSeconds}
              min={0}
              max={3600}
              onChange={(seconds) => onChange(withSeconds(how, 'settleSeconds', seconds))}
            />
          )}
        </div>
      </div>
    </Section>
  )
}
