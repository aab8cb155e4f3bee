import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import { useText } from './i18n/text.tsx'
import './dialog.css'

/** A question or a short form over the page. Escape closes and never confirms. */
export function Dialog({
  open,
  onClose,
  title,
  children,
  actions,
  wide = false,
}: {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly children: ReactNode
  readonly actions?: ReactNode
  readonly wide?: boolean
}) {
  const { t } = useText()
  return (
    <Radix.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content
          className={wide ? 'dialog dialog-wide' : 'dialog'}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // What the dialog is about, never one of its buttons.
            event.preventDefault()
            const content = event.currentTarget as HTMLElement
            const field = content.querySelector<HTMLElement>(
              'input, textarea, [role=radio][data-state=checked]',
            )
            ;(field ?? content).focus()
          }}
        >
          <div className="dialog-head">
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label={t('close')} icon={X} />
            </Radix.Close>
          </div>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <div className="dialog-foot">{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
