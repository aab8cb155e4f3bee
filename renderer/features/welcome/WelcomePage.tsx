import { Ban, Check, FileUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useApp } from '../../ipc/stores/stores-context.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Key } from '../../ui/Button.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { PageBody, Section } from '../../ui/Page.tsx'
import { navigate } from '../../ui/route.ts'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { useImportStore } from './import-context.ts'
import { SourceButtons } from './SourceButtons.tsx'
import './welcome.css'

/** Where a first start begins. */
export function WelcomePage() {
  const { t, rich } = useText()
  return (
    <PageBody>
      <div className="welcome">
        <h1>{t('welcome.title')}</h1>
        <p className="lead dim">{t('welcome.lead')}</p>
        <div className="welcome-ways">
          <div className="drop-zone">
            <div className="drop-zone-title">
              <FileUp aria-hidden size={40} strokeWidth={1} />
              <h2>{t('welcome.drop')}</h2>
            </div>
            <dl className="drop-zone-takes">
              <dt>
                <State kind="plain" icon={Check}>
                  <b>{t('welcome.takes')}</b>
                </State>
              </dt>
              <dd>{rich('welcome.takes.text', { contexts: <code className="mono">contexts:</code> })}</dd>
              <dt>
                <State kind="unknown" icon={Ban}>
                  {t('welcome.not')}
                </State>
              </dt>
              <dd>{rich('welcome.not.text')}</dd>
            </dl>
            <SourceButtons />
          </div>
          <OtherWays />
        </div>
        <WhatBecomesOfTheKey />
      </div>
    </PageBody>
  )
}

function OtherWays() {
  const { t } = useText()
  const imports = useImportStore()
  const running = useApp((state) => state.app?.demoRunning === true)
  const demo = useAction('demo.start')
  const useDefault = () => {
    void imports.read({ kind: 'default' }, '~/.talos/config')
    navigate({ at: 'import' })
  }
  const startDemo = () => {
    void demo.run({}).then((started) => {
      if (started.ok) navigate({ at: 'fleet', context: started.value.context })
    })
  }
  useShortcut('1', t('welcome.default'), t('keys.group.here'), useDefault)
  useShortcut('2', t('welcome.demo'), t('keys.group.here'), startDemo)
  return (
    <div>
      <ol className="other-ways" aria-label={t('welcome.ways')}>
        <Way
          shortcut="1"
          title={t('welcome.default')}
          text={t('welcome.default.text')}
          onChoose={useDefault}
        />
        <Way
          shortcut="2"
          title={t('welcome.demo')}
          text={running ? t('welcome.demo.running') : t('welcome.demo.text')}
          busy={demo.busy}
          onChoose={startDemo}
        />
      </ol>
      {demo.error !== undefined && <ErrorNote error={demo.error} actions={{ retry: startDemo }} />}
    </div>
  )
}

function Way({
  shortcut,
  title,
  text,
  busy = false,
  onChoose,
}: {
  readonly shortcut: string
  readonly title: string
  readonly text: ReactNode
  readonly busy?: boolean
  readonly onChoose: () => void
}) {
  return (
    <li>
      <button type="button" onClick={busy ? undefined : onChoose} aria-busy={busy || undefined}>
        <Key>{shortcut}</Key>
        <span>
          <b>{title}</b>
          <span className="dim">{text}</span>
        </span>
      </button>
    </li>
  )
}

function WhatBecomesOfTheKey() {
  const { t } = useText()
  const kind = useApp((state) => state.app?.keystore.kind ?? 'unset')
  const note = useApp((state) => state.app?.keystore.note)
  const after = kind === 'locked' ? 'passphrase' : kind
  return (
    <Section title={t('welcome.key')} remark={t('welcome.key.remark')}>
      <Table label={t('welcome.key')}>
        <thead>
          <tr>
            <HeadCell spoken={t('verdict.fact')} style={{ width: '22%' }} />
            <HeadCell tint="before" style={{ width: '36%' }}>
              {t('welcome.key.before')}
            </HeadCell>
            <HeadCell tint="after">{t('welcome.key.after')}</HeadCell>
          </tr>
        </thead>
        <tbody>
          <Row>
            <NameCell>{t('welcome.key.private')}</NameCell>
            <Cell tint="before">{t('welcome.key.private.before')}</Cell>
            <Cell tint="after">
              {t(`welcome.key.private.${after}`)}
              {note !== undefined && <div className="meta">{note}</div>}
            </Cell>
          </Row>
          <Row>
            <NameCell>{t('welcome.key.file')}</NameCell>
            <Cell tint="before">{t('welcome.key.file.before')}</Cell>
            <Cell tint="after">{t('welcome.key.file.after')}</Cell>
          </Row>
          <Row>
            <NameCell>{t('welcome.key.called')}</NameCell>
            <Cell tint="before">–</Cell>
            <Cell tint="after">{t('welcome.key.called.after')}</Cell>
          </Row>
          <Row>
            <NameCell>{t('welcome.key.account')}</NameCell>
            <Cell tint="before">{t('none')}</Cell>
            <Cell tint="after">{t('none')}</Cell>
          </Row>
        </tbody>
      </Table>
    </Section>
  )
}
