import { Search } from 'lucide-react'
import { useState, type SyntheticEvent } from 'react'
import { Button } from './Button.tsx'
import { useText } from './i18n/text.tsx'
import './typed-version.css'

/** A version that is on no list: typed, then looked at as any other. */
export function TypedVersion({ onType }: { readonly onType: (version: string) => void }) {
  const { t } = useText()
  const [text, setText] = useState('')
  function submit(event: SyntheticEvent): void {
    event.preventDefault()
    if (text.trim() !== '') onType(text.trim())
  }
  return (
    <form className="typed-version" onSubmit={submit}>
      <input
        className="input"
        aria-label={t('upgrade.target.typed')}
        placeholder={t('upgrade.target.typed')}
        value={text}
        maxLength={64}
        onChange={(event) => setText(event.target.value)}
      />
      <Button size="small" type="submit" icon={Search}>
        {t('upgrade.target.look')}
      </Button>
    </form>
  )
}
