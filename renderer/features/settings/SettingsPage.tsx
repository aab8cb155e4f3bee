import { useState, type ReactNode } from 'react'
import type { AppState, Settings } from '#contract/app.ts'
import type { WireError } from '#contract/wire-error.ts'
import { useApp, useStores } from '../../ipc/stores/stores-context.ts'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { Segmented } from '../../ui/Filters.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Columns, PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { FactorySetting } from './FactorySetting.tsx'

/** Each choice is kept at once; there is nothing to confirm. */
export function SettingsPage() {
  const { t } = useText()
  const app = useApp((state) => state.app)
  return (
    <>
      <PageHead title={t('settings.title')} below={[t('settings.saved')]} />
      <PageBody>
        {app !== undefined && (
          <Columns>
            <div>
              <Look settings={app.settings} />
              <FactorySetting settings={app.settings} />
            </div>
            <About app={app} />
          </Columns>
        )}
      </PageBody>
    </>
  )
}

function Look({ settings }: { readonly settings: Settings }) {
  const { t } = useText()
  const stores = useStores()
  const [error, setError] = useState<WireError>()
  const save = (change: Partial<Settings>) => {
    void stores.app.saveSettings(change).then(setError)
  }
  const line = (name: string, control: ReactNode) => ({ name, value: control })
  return (
    <Section title={t('settings.look')}>
      <Facts
        thick
        facts={[
          line(
            t('settings.theme'),
            <Segmented
              label={t('settings.theme')}
              value={settings.theme}
              options={(['system', 'light', 'dark'] as const).map((value) => ({
                value,
                label: t(`settings.theme.${value}`),
              }))}
              onChange={(theme) => {
                save({ theme })
              }}
            />,
          ),
          line(
            t('settings.language'),
            <Segmented
              label={t('settings.language')}
              value={settings.language}
              options={(['system', 'en', 'es'] as const).map((value) => ({
                value,
                label: (
                  <span lang={value === 'system' ? undefined : value}>{t(`settings.language.${value}`)}</span>
                ),
              }))}
              onChange={(language) => {
                save({ language })
              }}
            />,
          ),
          line(
            t('settings.tree'),
            <Segmented
              label={t('settings.tree')}
              value={settings.tree}
              options={(['auto', 'open', 'folded'] as const).map((value) => ({
                value,
                label: t(`settings.tree.${value}`),
              }))}
              onChange={(tree) => {
                save({ tree })
              }}
            />,
          ),
          line(
            t('settings.tasks'),
            <Segmented
              label={t('settings.tasks')}
              value={settings.taskLog}
              options={(['open', 'folded'] as const).map((value) => ({
                value,
                label: t(`settings.tasks.${value}`),
              }))}
              onChange={(taskLog) => {
                save({ taskLog })
              }}
            />,
          ),
        ]}
      />
      {error !== undefined && <ErrorNote error={error} />}
    </Section>
  )
}

function About({ app }: { readonly app: AppState }) {
  const text = useText()
  const { t } = text
  return (
    <Section title={t('settings.about')}>
      <Facts
        thick
        facts={[
          { name: t('settings.version'), value: app.version },
          { name: t('settings.talos'), value: t('welcome.supports') },
          { name: t('settings.host'), value: t(`settings.host.${app.host}`) },
          { name: t('settings.platform'), value: app.platform },
          { name: t('settings.user'), value: app.user },
          { name: t('settings.keys'), value: keysText(app, text) },
        ]}
      />
    </Section>
  )
}

function keysText({ keystore }: AppState, { t }: TextTools): ReactNode {
  const kind = keystore.kind === 'locked' ? 'passphrase' : keystore.kind
  return (
    <>
      {t(`welcome.key.private.${kind}`)}
      {keystore.note !== undefined && <div className="meta">{keystore.note}</div>}
    </>
  )
}
