import { useState } from 'react'
import type { DemoScenario, DemoScenarioName } from '#contract/demo.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { errorSentence, ErrorWords } from '../../ui/ErrorNote.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { State } from '../../ui/State.tsx'
import type { Troubles } from './use-troubles.ts'

const GROUPS = [
  [
    'machines',
    [
      'node-off',
      'reboot-hangs',
      'slow-node',
      'flapping-link',
      'disk-failing',
      'clock-skew',
      'expired-certificate',
      'log-flood',
      'diagnostics',
    ],
  ],
  ['etcd', ['etcd-member-down', 'etcd-nospace', 'two-control-planes']],
  [
    'upgrades',
    [
      'upgrade-never-ready',
      'upgrade-wrong-image',
      'pull-stalls',
      'schematic-missing-extension',
      'silent-fallback',
      'locked-sequence',
      'mixed-versions',
    ],
  ],
  ['configs', ['apply-kills-network', 'staged-config-pending']],
  ['kubernetes', ['drain-blocked-by-pdb', 'storage-degraded']],
] as const satisfies readonly (readonly [string, readonly DemoScenarioName[]])[]

/** The demo cluster's own menu: what can go wrong, in one plain sentence each, on which node, and its end. */
export function TroubleDialog({
  open,
  troubles,
  onClose,
}: {
  readonly open: boolean
  readonly troubles: Troubles
  readonly onClose: () => void
}) {
  const text = useText()
  const { t } = text
  const { scenarios = [], error } = troubles
  const active = scenarios.filter(({ on }) => on.length > 0)
  return (
    <Dialog
      open={open}
      wide
      title={t('trouble.title')}
      onClose={onClose}
      actions={
        active.length > 0 && (
          <Button
            onClick={() => {
              void endAll(active, troubles)
            }}
          >
            {t('trouble.end-all')}
          </Button>
        )
      }
    >
      <p>{t('trouble.lead')}</p>
      {error !== undefined && (
        <Note kind="decide" title={errorSentence(error, text)} urgent>
          <ErrorWords error={error} />
        </Note>
      )}
      {GROUPS.map(([group, names]) => (
        <section key={group} className="trouble-group">
          <h3>{t(`trouble.group.${group}`)}</h3>
          <ul>
            {names.map((name) => {
              const scenario = scenarios.find((one) => one.name === name)
              return scenario && <TroubleRow key={name} scenario={scenario} troubles={troubles} />
            })}
          </ul>
        </section>
      ))}
    </Dialog>
  )
}

/** One after the other: each answer tells how all stand. */
async function endAll(active: readonly DemoScenario[], troubles: Troubles): Promise<void> {
  for (const { name } of active) await troubles.end(name)
}

function TroubleRow({
  scenario,
  troubles,
}: {
  readonly scenario: DemoScenario
  readonly troubles: Troubles
}) {
  const text = useText()
  const { t } = text
  const announce = useAnnounce()
  const { name, scope, fits, on } = scenario
  const [chosen, setChosen] = useState(fits[0])
  const what = t(`trouble.${name}`)
  const isOn = on.length > 0
  const isTaken = scope === 'cluster' ? isOn : chosen !== undefined && on.includes(chosen)
  const busy = troubles.busy === name

  async function cause(): Promise<void> {
    const then = await troubles.cause(name, scope === 'cluster' ? undefined : chosen)
    if (then !== undefined) announce(t('trouble.caused', { what, nodes: nodesOf(then, text) }))
  }
  async function end(): Promise<void> {
    if (await troubles.end(name)) announce(t('trouble.ended', { what }))
  }

  return (
    <li className="trouble">
      <div className="trouble-text">
        <b>{what}</b>
        <span>{t(`trouble.${name}.what`)}</span>
        {isOn && <State kind="caution">{t('trouble.on', { nodes: nodesOf(scenario, text) })}</State>}
      </div>
      <div className="trouble-hand">
        {scope === 'cluster' ? (
          <span className="meta">{t('trouble.cluster')}</span>
        ) : (
          <select
            aria-label={t('trouble.where', { what })}
            value={chosen}
            onChange={(event) => {
              setChosen(event.target.value)
            }}
          >
            {fits.map((node) => (
              <option key={node}>{node}</option>
            ))}
          </select>
        )}
        {!isTaken && (
          <Button
            size="small"
            busy={busy}
            aria-label={t('trouble.cause-what', { what })}
            onClick={() => void cause()}
          >
            {t('trouble.cause')}
          </Button>
        )}
        {isOn && (
          <Button
            size="small"
            busy={busy}
            aria-label={t('trouble.end-what', { what })}
            onClick={() => void end()}
          >
            {t('trouble.end')}
          </Button>
        )}
      </div>
    </li>
  )
}

function nodesOf({ on }: DemoScenario, { format }: TextTools): string {
  return format.list(on)
}
