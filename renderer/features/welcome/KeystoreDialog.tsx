import { useId, useState } from 'react'
import { useApp } from '../../ipc/stores/stores-context.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import './welcome.css'

const SHORTEST = 8

/** Asked once, before the first key is kept: sealed with a passphrase, or in memory only. */
export function KeystoreDialog({
  open,
  onClose,
  onChosen,
}: {
  readonly open: boolean
  readonly onClose: () => void
  readonly onChosen: () => void
}) {
  const { t } = useText()
  const note = useApp((state) => state.app?.keystore.note)
  const choose = useAction('app.choose-keystore')
  const [kind, setKind] = useState<'passphrase' | 'memory'>('passphrase')
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const id = useId()
  const off =
    kind === 'memory'
      ? undefined
      : passphrase.length < SHORTEST
        ? t('keystore.short')
        : passphrase !== again
          ? t('keystore.differs')
          : undefined

  function forget() {
    setPassphrase('')
    setAgain('')
  }

  async function submit() {
    if (off !== undefined) return
    const chosen = await choose.run(kind === 'memory' ? { kind } : { kind, passphrase })
    if (!chosen.ok) return
    forget()
    onChosen()
  }

  return (
    <Dialog
      open={open}
      title={t('keystore.title')}
      onClose={() => {
        forget()
        onClose()
      }}
      actions={
        <>
          <Button
            onClick={() => {
              forget()
              onClose()
            }}
          >
            {t('cancel')}
          </Button>
          <Button kind="go" type="submit" form={id} off={off} busy={choose.busy}>
            {kind === 'memory' ? t('keystore.do.memory') : t('keystore.do.passphrase')}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="keystore-form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p className="dim">
          {t('keystore.lead')} {note}
        </p>
        <Choice
          label={t('keystore.label')}
          value={kind}
          options={[
            { value: 'passphrase', title: t('keystore.passphrase'), reason: t('keystore.passphrase.why') },
            { value: 'memory', title: t('keystore.memory'), reason: t('keystore.memory.why') },
          ]}
          onChange={setKind}
        />
        {kind === 'passphrase' && (
          <>
            <label>
              {t('keystore.new')}
              <input
                className="input"
                type="password"
                autoComplete="new-password"
                value={passphrase}
                onChange={(event) => {
                  setPassphrase(event.target.value)
                }}
              />
            </label>
            <label>
              {t('keystore.again')}
              <input
                className="input"
                type="password"
                autoComplete="new-password"
                value={again}
                onChange={(event) => {
                  setAgain(event.target.value)
                }}
              />
            </label>
            <p className="meta">
              {again !== '' && passphrase !== again ? t('keystore.differs') : t('keystore.lost')}
            </p>
          </>
        )}
        {choose.error !== undefined && <ErrorNote error={choose.error} />}
      </form>
    </Dialog>
  )
}
