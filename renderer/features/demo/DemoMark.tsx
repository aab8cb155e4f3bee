import { FlaskConical } from 'lucide-react'
import { useState } from 'react'
import { Hint } from '../../ui/Hint.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Icon } from '../../ui/icons.tsx'
import { TroubleDialog } from './TroubleDialog.tsx'
import { useTroubles } from './use-troubles.ts'
import './demo.css'

/**
 * Always there while the open cluster is simulated, so that nobody takes it for theirs. It opens the troubles that can
 * be caused, and counts those that are.
 */
export function DemoMark() {
  const { t } = useText()
  const troubles = useTroubles()
  const [open, setOpen] = useState(false)
  const count = troubles.scenarios?.filter(({ on }) => on.length > 0).length ?? 0
  return (
    <>
      <Hint text={t('demo.hint')}>
        <button
          type="button"
          className="demo-mark"
          aria-haspopup="dialog"
          onClick={() => {
            troubles.reread()
            setOpen(true)
          }}
        >
          <Icon of={FlaskConical} size={13} />
          <span>{t('demo.mark')}</span>
          {count > 0 && <b className="demo-count">{t('demo.troubles', { count })}</b>}
        </button>
      </Hint>
      <TroubleDialog
        open={open}
        troubles={troubles}
        onClose={() => {
          setOpen(false)
        }}
      />
    </>
  )
}
