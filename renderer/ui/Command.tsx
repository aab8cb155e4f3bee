import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useAnnounce } from './announcer.tsx'
import { IconButton } from './Button.tsx'
import { useText } from './i18n/text.tsx'
import './command.css'

const SHOWN_MS = 1600

/** Copies `text`; `what` says what it is ("address"). */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const { t } = useText()
  const announce = useAnnounce()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => {
      setCopied(false)
    }, SHOWN_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [copied])
  return (
    <IconButton
      size="small"
      icon={copied ? Check : Copy}
      label={copied ? t('copy.done') : t('copy.what', { what })}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setCopied(true)
          announce(t('copy.done'))
        })
      }}
    />
  )
}

/** The command line that would do the same, with a copy button. */
export function Command({ command, label = true }: { readonly command: string; readonly label?: boolean }) {
  const { t } = useText()
  return (
    <div className="command-block">
      {label && <span className="label">{t('command.same')}</span>}
      <div className="command">
        <code>{command}</code>
        <CopyButton text={command} what={t('command.what')} />
      </div>
    </div>
  )
}
