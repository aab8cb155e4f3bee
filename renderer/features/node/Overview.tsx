import type { NodeDetail } from '#contract/nodes.ts'
import { useLatest } from '../../ipc/use-stream.ts'
import { isBetweenBoots } from '../../ipc/stores/nodes-store.ts'
import { CopyButton } from '../../ui/Command.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { Note } from '../../ui/Note.tsx'
import { Section } from '../../ui/Page.tsx'
import { RowLink, Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { hrefOf } from '../../ui/route.ts'
import { State } from '../../ui/State.tsx'
import { useNow } from '../../ui/use-now.ts'
import { Samples } from './Samples.tsx'
import { ServiceState, servicesRemark } from './ServicesTab.tsx'

const ID_SHOWN = 12

/** The first page of a node: who it is, how it stands, how it came up. */
export function Overview({ detail }: { readonly detail: NodeDetail }) {
  const silent = detail.node.reach.kind === 'silent'
  return (
    <div className={silent ? 'node-columns node-silent' : 'node-columns'}>
      <div>
        <Identity detail={detail} />
        <Versions detail={detail} />
      </div>
      <div>
        <StageAndConditions detail={detail} />
        <Services detail={detail} />
        <Diagnostics detail={detail} />
      </div>
      <div>
        <ThisBoot detail={detail} />
        <Samples detail={detail} />
      </div>
    </div>
  )
}

function Identity({ detail }: { readonly detail: NodeDetail }) {
  const { t, format } = useText()
  const { processor, cores, systemDisk, serial, uuid, platform, arch, secureBoot } = detail
  return (
    <Section title={t('node.identity')}>
      <Facts
        facts={[
          { name: t('node.machine'), value: detail.machine },
          {
            name: t('node.processor'),
            value:
              processor === undefined || cores === undefined
                ? processor
                : t('node.cores', { processor, count: cores }),
          },
          {
            name: t('node.memory'),
            value: detail.memoryBytes === undefined ? undefined : format.bytes(detail.memoryBytes),
          },
          {
            name: t('node.system-disk'),
            value: systemDisk && (
              <>
                {t('node.disk-size', { device: systemDisk.device, size: systemDisk.size })}
                <div className="dim">{systemDisk.model}</div>
              </>
            ),
          },
          { name: t('node.serial'), value: serial && <Identifier text={serial} what={t('node.serial')} /> },
          { name: t('node.uuid'), value: uuid && <Identifier text={uuid} what={t('node.uuid')} /> },
          {
            name: t('node.platform'),
            value: platform && [platform, arch].filter((part) => part !== undefined).join(', '),
          },
          {
            name: t('node.secure-boot'),
            value:
              secureBoot === undefined
                ? undefined
                : t(secureBoot ? 'node.secure-boot.on' : 'node.secure-boot.off'),
          },
          {
            name: t('node.addresses'),
            value: detail.addresses.length === 0 ? undefined : <Lines lines={detail.addresses} />,
          },
        ]}
      />
    </Section>
  )
}

function Versions({ detail }: { readonly detail: NodeDetail }) {
  const { t } = useText()
  const { node, nodename, kubernetesReady } = detail
  const schematic = node.schematic
  return (
    <Section title={t('node.versions')}>
      <Facts
        facts={[
          {
            name: 'Talos',
            value: node.talosVersion && <b className="strong">{plainVersion(node.talosVersion)}</b>,
          },
          { name: 'Kubernetes', value: node.kubernetesVersion && plainVersion(node.kubernetesVersion) },
          {
            name: t('node.kubernetes-node'),
            value:
              nodename &&
              (kubernetesReady === undefined
                ? nodename
                : t(kubernetesReady ? 'node.nodename.ready' : 'node.nodename.not-ready', { name: nodename })),
          },
          {
            name: t('node.schematic'),
            value:
              schematic === undefined ? undefined : schematic.id === undefined ? (
                t('node.schematic.vanilla')
              ) : (
                <Identifier text={schematic.id} what={t('node.schematic')} />
              ),
          },
          {
            name: t('node.extensions'),
            value:
              schematic === undefined ? undefined : schematic.extensions.length === 0 ? (
                t('node.extensions.none')
              ) : (
                <Lines lines={schematic.extensions.map(({ name, version }) => `${name} ${version}`)} />
              ),
          },
        ]}
      />
    </Section>
  )
}

function StageAndConditions({ detail }: { readonly detail: NodeDetail }) {
  const { t } = useText()
  const { conditions, bootId, node } = detail
  const stage = node.stage?.name
  return (
    <Section
      title={t('node.stage')}
      remark={[stage, bootId === undefined ? undefined : t('node.boot-id', { id: shortId(bootId) })]
        .filter((part) => part !== undefined)
        .join(', ')}
    >
      {conditions.length === 0 ? (
        <p className="dim">{t('node.no-conditions')}</p>
      ) : (
        <Table label={t('node.stage')}>
          <thead>
            <tr>
              <HeadCell>{t('node.condition')}</HeadCell>
              <HeadCell>{t('node.says')}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {conditions.map((condition) => (
              <Row key={condition.name}>
                <NameCell>
                  <State kind={condition.met ? 'proven' : 'caution'}>{condition.name}</State>
                </NameCell>
                <Cell>
                  {condition.met ? <span className="dim">{t('node.condition.met')}</span> : condition.reason}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  )
}

function Services({ detail }: { readonly detail: NodeDetail }) {
  const { t } = useText()
  const { context, address } = detail.node
  const { latest } = useLatest('services.watch', { context, node: address })
  if (latest === undefined) return null
  return (
    <Section title={t('node.services')} remark={servicesRemark(latest.services, t)}>
      <Table label={t('node.services')} dense>
        <thead>
          <tr>
            <HeadCell>{t('node.service')}</HeadCell>
            <HeadCell>{t('node.service.state')}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {latest.services.map((service) => (
            <Row key={service.id}>
              <NameCell>
                <RowLink href={hrefOf({ at: 'node', context, node: address, tab: 'services' })}>
                  {service.id}
                </RowLink>
              </NameCell>
              <Cell>
                <ServiceState service={service} />
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </Section>
  )
}

function Diagnostics({ detail }: { readonly detail: NodeDetail }) {
  const { t } = useText()
  const { diagnostics } = detail.node
  if (diagnostics.length === 0) return null
  return (
    <Section title={t('node.diagnostics')} remark={t('node.diagnostics.remark')}>
      {diagnostics.map(({ id, message }) => (
        <Note key={id} kind="caution" title={id}>
          {message}
        </Note>
      ))}
    </Section>
  )
}

function ThisBoot({ detail }: { readonly detail: NodeDetail }) {
  const { t, format } = useText()
  const now = useNow()
  const { node, slots, bootLoader, kernelCmdline, bootId } = detail
  const entry = slots.find(({ running }) => running)
  const silent = node.reach.kind === 'silent'
  return (
    <Section title={t('node.boot')}>
      <Facts
        thick
        facts={[
          { name: t('node.booted'), value: node.bootedAt && format.dateTime(node.bootedAt) },
          {
            name: t('node.up-for'),
            value:
              node.bootedAt === undefined || silent || isBetweenBoots(node)
                ? undefined
                : format.duration((now - Date.parse(node.bootedAt)) / 1000),
          },
          {
            name: t('node.boot-took'),
            value:
              node.bootTookSeconds === undefined || isBetweenBoots(node)
                ? t('node.boot-took.unknown')
                : format.stopwatch(node.bootTookSeconds, true),
          },
          { name: 'Boot id', value: bootId && <Identifier text={bootId} what="boot id" /> },
          { name: t('node.boot-loader'), value: bootLoader && t(`node.loader.${bootLoader}`) },
          { name: t('node.boot-entry'), value: entry && <span className="mono">{entry.label}</span> },
          { name: t('node.cmdline'), value: kernelCmdline && <span className="mono">{kernelCmdline}</span> },
        ]}
      />
    </Section>
  )
}

/** Elided in the middle, whole on the clipboard. */
function Identifier({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span className="identifier">
      <span className="elided-id" title={text}>
        {shortId(text)}
      </span>{' '}
      <CopyButton text={text} what={what} />
    </span>
  )
}

function shortId(text: string): string {
  return text.length <= 2 * ID_SHOWN ? text : `${text.slice(0, ID_SHOWN)}…`
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </>
  )
}
