import { useId, useState, type SyntheticEvent } from 'react'
import type { ImageChoice } from '#contract/images.ts'
import { Button } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'

/** An image that comes from no Image Factory: only on purpose, so its name is typed a second time. */
export function OwnImage({
  installedFrom,
  version,
  onUse,
  onClose,
}: {
  readonly installedFrom: string | undefined
  readonly version: string
  readonly onUse: (own: NonNullable<ImageChoice['own']>) => void
  readonly onClose: () => void
}) {
  const { t } = useText()
  const id = useId()
  const [reference, setReference] = useState(
    installedFrom === undefined ? '' : `${repositoryOf(installedFrom)}:${version}`,
  )
  const [typed, setTyped] = useState('')
  const repository = repositoryOf(reference)
  const agrees = repository !== '' && typed.trim() === repository

  function submit(event: SyntheticEvent): void {
    event.preventDefault()
    if (agrees) onUse({ reference: reference.trim(), typed: typed.trim() })
  }

  return (
    <form className="image-editor" onSubmit={submit}>
      <Note kind="caution" title={t('because.own-image-kept')} />
      <div className="own-image">
        <label htmlFor={`${id} reference`}>{t('image.own.reference')}</label>
        <input
          id={`${id} reference`}
          className="input mono"
          value={reference}
          maxLength={512}
          spellCheck={false}
          onChange={(event) => setReference(event.target.value)}
        />
        <label htmlFor={`${id} typed`}>
          {t('image.own.typed')} <code>{repository === '' ? '–' : repository}</code>
        </label>
        <input
          id={`${id} typed`}
          className="input mono"
          value={typed}
          maxLength={512}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <div className="buttons">
        <Button type="submit" kind="risk" off={agrees ? undefined : t('because.choice-typed-differs')}>
          {t('image.own.use')}
        </Button>
        <Button kind="bare" onClick={onClose}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  )
}

/** Without tag and digest; a colon before the last slash is a port. */
function repositoryOf(reference: string): string {
  return reference
    .trim()
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
}
