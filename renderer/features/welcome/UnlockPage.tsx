import { FlaskConical, LockKeyhole } from 'lucide-react'
import { useState } from 'react'
import { useAction } from '../../ipc/use-call.ts'
import { Button, Buttons } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { PageBody } from '../../ui/Page.tsx'
import { navigate } from '../../ui/route.ts'
import './welcome.css'

/** In place of what the sealed keys would open. The demo needs none of them. */
export function UnlockPage() {
  const { t } = useText()
  const unlock = useAction('app.unlock')
  const demo = useAction('demo.start')
  const [passphrase, setPassphrase] = useState('')
  const error = unlock.error ?? demo.error

  async function submit() {
    if (passphrase === '') return
    const opened = await unlock.run({ passphrase })
    setPassphrase('')
    if (opened.ok) navigate({ at: 'welcome' })
  }

  return (
    <PageBody>
      <div className="unlock">
        <EmptyState heading="h1" icon={LockKeyhole} title={t('unlock.title')}>
          <form
            className="keystore-form"
            onSubmit={(event) => {
              event.preventDefault()
              void submit()
            }}
          >
            <p className="dim">{t('unlock.lead')}</p>
            <label>
              {t('unlock.label')}
              <input
                className="input"
                type="password"
                autoComplete="current-password"
                value={passphrase}
                onChange={(event) => {
                  setPassphrase(event.target.value)
                }}
              />
            </label>
            <Buttons>
              <Button kind="go" type="submit" busy={unlock.busy}>
                {t('unlock.do')}
              </Button>
              <Button
                icon={FlaskConical}
                busy={demo.busy}
                onClick={() => {
                  void demo.run({}).then((started) => {
                    if (started.ok) navigate({ at: 'fleet', context: started.value.context })
                  })
                }}
              >
                {t('welcome.demo')}
              </Button>
            </Buttons>
            {error !== undefined && <ErrorNote error={error} actions={{ unlock: undefined }} />}
          </form>
        </EmptyState>
      </div>
    </PageBody>
  )
}
