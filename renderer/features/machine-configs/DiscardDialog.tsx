import { Button, Buttons } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useText } from '../../ui/i18n/text.tsx'

export function DiscardDialog({
  open,
  name,
  onClose,
  onDiscard,
}: {
  readonly open: boolean
  readonly name: string
  readonly onClose: () => void
  readonly onDiscard: () => void
}) {
  const { t } = useText()
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('config.discard.title', { node: name })}
      actions={
        <Buttons end>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="risk" onClick={onDiscard}>
            {t('config.discard.do')}
          </Button>
        </Buttons>
      }
    >
      <p>{t('config.discard.text')}</p>
    </Dialog>
  )
}
