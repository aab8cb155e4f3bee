import { ChevronDown, ChevronRight } from 'lucide-react'
import { Fragment, useState } from 'react'
import type { ServiceRow } from '#contract/nodes.ts'
import { useAction } from '../../ipc/use-call.ts'
import { useLatest } from '../../ipc/use-stream.ts'
import { Button, Buttons, IconButton } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote, ErrorState } from '../../ui/ErrorNote.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { navigate } from '../../ui/route.ts'
import { Dash, State } from '../../ui/State.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { Timeline } from '../../ui/Timeline.tsx'
import { useNow } from '../../ui/use-now.ts'

const COLUMNS = 5

interface Props {
  readonly context: string
  readonly node: string
}

/** Every service of the node, live, with what Talos lets a client do about it. */
export function ServicesTab({ context, node }: Props) {
  const { t } = useText()
  const { latest, error } = useLatest('services.watch', { context, node })
  const act = useAction('services.act')
  const [opened, setOpened] = useState<string>()
  if (latest === undefined) {
    return error === undefined ? (
      <EmptyState kind="busy" title={t('loading')} />
    ) : (
      <ErrorState error={error} />
    )
  }
  const { services } = latest
  const stale = latest.stale ?? error

  async function run(service: string, action: ServiceRow['allowed'][number]): Promise<void> {
    const started = await act.run({ context, node, service, action })
    if (started.ok) navigate({ at: 'run', id: started.value.runId })
  }

  return (
    <Section title={t('node.services')} remark={servicesRemark(services, t)}>
      {stale !== undefined && <ErrorNote error={stale} />}
      {act.error !== undefined && <ErrorNote error={act.error} />}
      <Table label={t('node.services')}>
        <thead>
          <tr>
            <HeadCell>{t('node.service')}</HeadCell>
            <HeadCell>{t('node.service.state')}</HeadCell>
            <HeadCell>{t('node.service.last')}</HeadCell>
            <HeadCell number>{t('node.service.since')}</HeadCell>
            <HeadCell spoken={t('node.service.actions')} />
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <Fragment key={service.id}>
              <ServiceLine
                service={service}
                opened={opened === service.id}
                busy={act.busy}
                onOpen={() => setOpened(opened === service.id ? undefined : service.id)}
                onAct={(action) => void run(service.id, action)}
              />
              {opened === service.id && (
                <Row>
                  <Cell colSpan={COLUMNS}>
                    <ServiceHistory service={service} />
                  </Cell>
                </Row>
              )}
            </Fragment>
          ))}
        </tbody>
      </Table>
      <div className="section">
        <Command command={`talosctl -n ${node} services`} />
      </div>
    </Section>
  )
}

/** How many there are, and how many need a look. */
export function servicesRemark(services: readonly ServiceRow[], t: TextTools['t']): string {
  const bad = services.filter(
    (service) => serviceKind(service) !== 'proven' && serviceKind(service) !== 'unknown',
  ).length
  return bad === 0
    ? t('node.services.all-well', { count: services.length })
    : t('node.services.remark', { count: services.length, bad })
}

function serviceKind({ state, health }: ServiceRow): StateKind {
  if (state === 'Failed') return 'decide'
  if (state === 'Finished' || state === 'Skipped') return 'plain'
  if (state !== 'Running') return 'busy'
  return health === 'healthy' ? 'proven' : health === 'unhealthy' ? 'caution' : 'unknown'
}

export function ServiceState({ service }: { readonly service: ServiceRow }) {
  const { t } = useText()
  const { state, health } = service
  const word =
    state !== 'Running'
      ? state
      : t(
          health === 'healthy'
            ? 'node.service.healthy'
            : health === 'unhealthy'
              ? 'node.service.unhealthy'
              : 'node.service.no-check',
          { state },
        )
  return <State kind={serviceKind(service)}>{word}</State>
}

function ServiceLine({
  service,
  opened,
  busy,
  onOpen,
  onAct,
}: {
  readonly service: ServiceRow
  readonly opened: boolean
  readonly busy: boolean
  readonly onOpen: () => void
  readonly onAct: (action: ServiceRow['allowed'][number]) => void
}) {
  const { t, format } = useText()
  const now = useNow()
  // What already runs cannot be started, and what does not cannot be stopped.
  const actions = service.allowed.filter((action) => (action === 'start') !== (service.state === 'Running'))
  return (
    <Row selected={opened}>
      <NameCell strong>
        <IconButton
          size="small"
          icon={opened ? ChevronDown : ChevronRight}
          label={t(opened ? 'node.service.hide' : 'node.service.show', { service: service.id })}
          aria-expanded={opened}
          onClick={onOpen}
        />{' '}
        {service.id}
      </NameCell>
      <Cell>
        <ServiceState service={service} />
      </Cell>
      <Cell>
        <span className="dim">{service.message}</span>
      </Cell>
      <Cell number nowrap>
        {service.since === undefined ? <Dash why={t('unknown')} /> : format.when(service.since, now)}
      </Cell>
      <Cell number>
        {actions.length > 0 && (
          <Buttons end>
            {actions.map((action) => (
              <Button
                key={action}
                size="small"
                busy={busy}
                aria-label={t(`node.service.do.${action}`, { service: service.id })}
                onClick={() => onAct(action)}
              >
                {t(`node.service.${action}`)}
              </Button>
            ))}
          </Buttons>
        )}
      </Cell>
    </Row>
  )
}

function ServiceHistory({ service }: { readonly service: ServiceRow }) {
  const { t, format } = useText()
  return (
    <div className="service-history">
      <Timeline
        label={t('node.service.history', { service: service.id })}
        stops={service.events.map((event, at) => ({
          id: String(at),
          at: event.at === undefined ? undefined : format.time(event.at),
          state: event.state === 'Failed' ? 'bad' : 'done',
          what: `${event.state}: ${event.message}`,
        }))}
      />
    </div>
  )
}
