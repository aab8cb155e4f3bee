import { RefreshCw } from 'lucide-react'
import type { FactoryWord } from '#contract/images.ts'
import { Button } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { State } from '../../ui/State.tsx'

/** Which Image Factory was asked, when it answered, and why it did not since. */
export function FactoryLine({
  word,
  busy,
  onAgain,
}: {
  readonly word: FactoryWord
  readonly busy: boolean
  readonly onAgain: () => void
}) {
  const { t, format } = useText()
  const host = word.url.replace(/^https?:\/\//, '')
  const { askedAt, failure } = word
  const when = (instant: string): string =>
    instant.slice(0, 10) === new Date().toISOString().slice(0, 10)
      ? format.time(instant)
      : `${format.date(instant)}, ${format.time(instant)}`
  const text =
    failure === undefined
      ? t('factory.asked', { host, time: askedAt === undefined ? '–' : when(askedAt) })
      : askedAt === undefined
        ? t('factory.silent', { host: host === '' ? '–' : host })
        : t('factory.silent-since', { host, time: when(askedAt) })
  return (
    <div className="factory-line">
      {failure === undefined ? (
        <span className="meta">{text}</span>
      ) : (
        <State kind="unknown">
          <span title={failure.message}>{text}</span>
        </State>
      )}
      <Button kind="bare" size="small" icon={RefreshCw} busy={busy} onClick={onAgain}>
        {t('factory.again')}
      </Button>
    </div>
  )
}
