import type { PreviewedContext } from '#contract/contexts.ts'
import { Choice, type ChoiceOption } from '../../ui/Choice.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { Section } from '../../ui/Page.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { useImportStore } from './import-context.ts'
import type { ImportAction, ImportRow } from './import-store.ts'
import { daysLonger, Expires, rolesOf } from './ImportTable.tsx'

/** The selected context: beside the one of its name, what can be done with it, and what to take care of. */
export function ImportDetails({ row }: { readonly row: ImportRow }) {
  const text = useText()
  const { t } = text
  const imports = useImportStore()
  const { context } = row
  const { existing } = context
  return (
    <Section
      title={
        existing === undefined
          ? t('import.same', { name: context.name })
          : t('import.taken', { name: context.name })
      }
      remark={
        existing === undefined
          ? undefined
          : existing.sameAuthority
            ? t('import.same-authority')
            : t('import.other-authority')
      }
    >
      <div className="import-details">
        {existing === undefined ? <FileFacts context={context} /> : <Beside context={context} />}
        {context.blockedBy === undefined ? (
          <Choice<ImportAction>
            label={t('import.what-to-do', { name: context.name })}
            value={row.action}
            options={optionsFor(context, text)}
            onChange={(action) => {
              imports.choose(row.id, action)
            }}
          />
        ) : (
          <ErrorNote
            error={context.blockedBy}
            actions={{ 'import-talosconfig': undefined, 'renew-certificate': undefined }}
          />
        )}
        <Cautions context={context} />
      </div>
    </Section>
  )
}

function FileFacts({ context }: { readonly context: PreviewedContext }) {
  const text = useText()
  const { t, format } = text
  const { certificate } = context
  return (
    <Facts
      thick
      facts={[
        {
          name: t('import.fact.authority'),
          value: certificate && <span className="mono">{certificate.authority}</span>,
        },
        { name: t('import.fact.role'), value: certificate && rolesOf(certificate, text) },
        {
          name: t('import.fact.valid'),
          value:
            certificate &&
            t('import.fact.valid.value', {
              from: format.date(certificate.notBefore),
              to: format.dateTime(certificate.notAfter),
            }),
        },
        { name: t('import.fact.endpoints'), value: context.endpoints.join(', ') || t('none') },
        { name: t('import.fact.nodes'), value: context.nodes.join(', ') || t('none') },
      ]}
    />
  )
}

function Beside({ context }: { readonly context: PreviewedContext }) {
  const text = useText()
  const { t, format } = text
  const { existing, certificate } = context
  if (existing === undefined) return null
  return (
    <Table dense label={t('import.taken', { name: context.name })}>
      <thead>
        <tr>
          <HeadCell spoken={t('verdict.fact')} style={{ width: '22%' }} />
          <HeadCell tint="before" style={{ width: '37%' }}>
            {t('import.already', { name: context.name })}
          </HeadCell>
          <HeadCell tint="after">{t('import.in-file', { name: context.name })}</HeadCell>
        </tr>
      </thead>
      <tbody>
        <Row>
          <NameCell>{t('import.fact.authority')}</NameCell>
          <Cell tint="before" mono>
            {shortAuthority(existing.certificate.authority)}
          </Cell>
          <Cell tint="after" mono>
            {certificate === undefined ? '–' : shortAuthority(certificate.authority)}
          </Cell>
        </Row>
        <Row>
          <NameCell>{t('import.fact.role')}</NameCell>
          <Cell tint="before">{rolesOf(existing.certificate, text)}</Cell>
          <Cell tint="after">{certificate === undefined ? '–' : rolesOf(certificate, text)}</Cell>
        </Row>
        <Row>
          <NameCell>{t('import.fact.expires')}</NameCell>
          <Cell tint="before">{format.date(existing.certificate.notAfter)}</Cell>
          <Cell tint="after">
            <Expires context={context} />
          </Cell>
        </Row>
        <Row>
          <NameCell>{t('import.fact.endpoints')}</NameCell>
          <Cell tint="before">{existing.endpoints.join(', ') || t('none')}</Cell>
          <Cell tint="after">{context.endpoints.join(', ') || t('none')}</Cell>
        </Row>
      </tbody>
    </Table>
  )
}

/** Equal ones stay equal to the eye: both ends are kept. */
function shortAuthority(authority: string): string {
  const [kind, hash] = authority.split(':')
  if (kind === undefined || hash === undefined || hash.length < 14) return authority
  return `${kind}:${hash.slice(0, 6)}…${hash.slice(-6)}`
}

function optionsFor(context: PreviewedContext, { t }: TextTools): readonly ChoiceOption<ImportAction>[] {
  const { existing, becomes, name } = context
  if (existing === undefined) {
    return [
      { value: 'add', title: t('import.add', { becomes }) },
      { value: 'leave', title: t('import.leave') },
    ]
  }
  const longer = daysLonger(context)
  return [
    { value: 'add', title: t('import.add-beside', { becomes }), reason: t('import.add-beside.why') },
    {
      value: 'renew',
      title: t('import.renew', { name }),
      refused: !existing.sameAuthority,
      reason: !existing.sameAuthority
        ? t('import.renew.refused', { name })
        : longer !== undefined && longer > 0
          ? t('import.renew.longer', { count: longer })
          : t('import.renew.shorter'),
    },
    { value: 'leave', title: t('import.leave') },
  ]
}

function Cautions({ context }: { readonly context: PreviewedContext }) {
  const text = useText()
  const { t, format } = text
  const { certificate } = context
  // What keeps it out was said above, with what to do about it.
  const cautions = context.cautions.filter((one) => one !== 'expired' || context.blockedBy === undefined)
  return cautions.map((caution) => {
    switch (caution) {
      case 'expires-soon':
      case 'expired':
        return (
          <Note key={caution} kind={caution === 'expired' ? 'decide' : 'caution'}>
            {t(`import.caution.${caution}`, {
              date: certificate === undefined ? t('unknown') : format.dateTime(certificate.notAfter),
            })}
          </Note>
        )
      case 'not-yet-valid':
        return (
          <Note key={caution} kind="caution">
            {t('import.caution.not-yet-valid', {
              date: certificate === undefined ? t('unknown') : format.dateTime(certificate.notBefore),
            })}
          </Note>
        )
      case 'role-low':
        return (
          <Note key={caution} kind="caution">
            {t('import.caution.role-low', {
              role: certificate === undefined ? t('unknown') : rolesOf(certificate, text),
            })}
          </Note>
        )
      case 'no-nodes':
        return (
          <Note key={caution} kind="plain">
            {t('import.caution.no-nodes')}
          </Note>
        )
      case 'shared-address':
        return (
          <Note key={caution} kind="caution" title={t('import.shared-address.title', { name: context.name })}>
            {t('import.caution.shared-address')}
          </Note>
        )
    }
  })
}
