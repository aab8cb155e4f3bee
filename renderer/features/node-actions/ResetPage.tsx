import { useState } from 'react'
import type { NodeActionPlan, ResetChoice, WipeScope } from '#contract/node-actions.ts'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { Choice } from '../../ui/Choice.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { Note } from '../../ui/Note.tsx'
import { Columns, Section } from '../../ui/Page.tsx'
import { Tick } from '../../ui/Tick.tsx'
import { ActionFrame } from './ActionFrame.tsx'
import { WipeTables } from './WipeTables.tsx'

interface Props {
  readonly context: string
  readonly node: string
}

const SCOPES: readonly WipeScope[] = ['reconfigure', 'ephemeral', 'system-disk', 'user-disks']
const BEGIN: ResetChoice = {
  scope: 'reconfigure',
  userDisks: [],
  etcdVolume: true,
  graceful: true,
  reboot: true,
}

/** Erases a node: what goes and what stays beside each other, from its disks as they are now. */
export function ResetPage({ context, node }: Props) {
  const { t } = useText()
  const [choice, setChoice] = useState(BEGIN)
  const summary = useNodes(selectNode(node))
  const query = useQuery('node-actions.plan-reset', { context, node, choice })
  const plan = query.value
  const name = summary === undefined ? (plan?.hostname ?? node) : nodeName(summary)
  const change = (more: Partial<ResetChoice>): void => setChoice({ ...choice, ...more })
  return (
    <ActionFrame
      title={t('action.title.reset', { node: name })}
      startLabel={t('action.start.reset', { node: name })}
      risky
      plan={plan}
      busy={query.busy}
      error={query.error}
      onAgain={query.reload}
      below={plan !== undefined && <WipeTables plan={plan} />}
    >
      <div className="section">
        <Note kind="decide" title={t('reset.intro')} />
      </div>
      <Section title={t('reset.what')}>
        <Choice<WipeScope>
          label={t('reset.what')}
          value={choice.scope}
          onChange={(scope) => change({ scope })}
          options={SCOPES.map((scope) => ({
            value: scope,
            title: t(`reset.scope.${scope}`),
            reason: t(`reset.scope.${scope}.why`),
          }))}
        />
        {plan !== undefined && <Extras plan={plan} choice={choice} onChange={change} />}
      </Section>
      <Columns even>
        <Section title={t('reset.graceful')}>
          <Choice<'yes' | 'no'>
            label={t('reset.graceful')}
            value={choice.graceful ? 'yes' : 'no'}
            onChange={(value) => change({ graceful: value === 'yes' })}
            options={
              summary?.role === 'worker'
                ? [
                    { value: 'yes', title: t('reset.graceful.worker'), reason: t('reset.graceful.yes.why') },
                    { value: 'no', title: t('reset.graceful.no'), reason: t('reset.graceful.worker.no.why') },
                  ]
                : [
                    { value: 'yes', title: t('reset.graceful.yes'), reason: t('reset.graceful.yes.why') },
                    { value: 'no', title: t('reset.graceful.no'), reason: t('reset.graceful.no.why') },
                  ]
            }
          />
        </Section>
        <Section title={t('reset.after')}>
          <Choice<'yes' | 'no'>
            label={t('reset.after')}
            value={choice.reboot ? 'yes' : 'no'}
            onChange={(value) => change({ reboot: value === 'yes' })}
            options={(['yes', 'no'] as const).map((value) => ({
              value,
              title: t(`reset.reboot.${value}`),
              reason: t(`reset.reboot.${value}.why`),
            }))}
          />
        </Section>
      </Columns>
    </ActionFrame>
  )
}

/** Disks beside the system disk, and etcd's own volume where there is one. */
function Extras({
  plan,
  choice,
  onChange,
}: {
  readonly plan: NodeActionPlan
  readonly choice: ResetChoice
  readonly onChange: (more: Partial<ResetChoice>) => void
}) {
  const { t } = useText()
  const disks = plan.userDisks ?? []
  const hasEtcdVolume = plan.preflight.some(({ id }) => id === 'etcd-volume')
  return (
    <>
      {disks.length > 0 && (
        <fieldset className="wipe-options">
          <legend>
            {t('reset.user-disks')} <span className="meta">{t('reset.user-disks.remark')}</span>
          </legend>
          {disks.map((disk) => (
            <Tick
              key={disk.device}
              checked={choice.userDisks.includes(disk.device)}
              onChange={(on) =>
                onChange({
                  userDisks: on
                    ? [...choice.userDisks, disk.device]
                    : choice.userDisks.filter((device) => device !== disk.device),
                })
              }
            >
              {`${disk.device} · ${disk.name}${disk.size === undefined ? '' : ` · ${disk.size}`}`}
            </Tick>
          ))}
        </fieldset>
      )}
      {hasEtcdVolume && (
        <fieldset className="wipe-options">
          <legend className="spoken">{t('reset.etcd-volume')}</legend>
          <Tick
            checked={choice.etcdVolume}
            reason={t('reset.etcd-volume.why')}
            onChange={(etcdVolume) => onChange({ etcdVolume })}
          >
            {t('reset.etcd-volume')}
          </Tick>
        </fieldset>
      )}
    </>
  )
}
