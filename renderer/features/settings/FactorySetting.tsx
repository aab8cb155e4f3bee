import { useId, useState, type SyntheticEvent } from 'react'
import type { Settings } from '#contract/app.ts'
import type { WireError } from '#contract/wire-error.ts'
import { useStores } from '../../ipc/stores/stores-context.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'

/** As the contract takes it; main judges again. */
const ADDRESS = /^(?:https?:\/\/[a-z0-9.[\]:-]+\/?)?$/i

/** The Image Factory that is asked in place of the public one. */
export function FactorySetting({ settings }: { readonly settings: Settings }) {
  const { t } = useText()
  const stores = useStores()
  const id = useId()
  const [text, setText] = useState(settings.factoryUrl)
  const [error, setError] = useState<WireError>()
  const wrong = !ADDRESS.test(text.trim())

  function submit(event: SyntheticEvent): void {
    event.preventDefault()
    if (!wrong) void stores.app.saveSettings({ factoryUrl: text.trim() }).then(setError)
  }

  return (
    <Section title={t('settings.factory')}>
      <form className="buttons" onSubmit={submit}>
        <input
          id={id}
          className="input factory-url"
          aria-label={t('settings.factory')}
          aria-describedby={`${id}-why`}
          aria-invalid={wrong}
          placeholder="https://factory.talos.dev"
          spellCheck={false}
          maxLength={512}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          type="submit"
          off={
            wrong
              ? t('settings.factory.wrong')
              : text.trim() === settings.factoryUrl
                ? t('settings.factory.same')
                : undefined
          }
        >
          {t('settings.factory.save')}
        </Button>
      </form>
      <p className="meta" id={`${id}-why`}>
        {wrong ? t('settings.factory.wrong') : t('settings.factory.help')}
      </p>
      {error !== undefined && <ErrorNote error={error} />}
    </Section>
  )
}
