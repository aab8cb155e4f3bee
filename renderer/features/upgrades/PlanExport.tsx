import { ClipboardCopy, FileDown, FileOutput } from 'lucide-react'
import { useState } from 'react'
import { useAction } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Menu, MenuItem } from '../../ui/Menu.tsx'
import { saveText } from '../../ui/save-text.ts'

type Format = 'markdown' | 'json'

/** The plan to take along: as Markdown for a ticket, as JSON for a machine. */
export function PlanExport({ planId }: { readonly planId: string }) {
  const { t } = useText()
  const announce = useAnnounce()
  const ask = useAction('upgrades.export-plan')
  const [refused, setRefused] = useState(false)

  async function take(format: Format, to: 'clipboard' | 'file'): Promise<void> {
    setRefused(false)
    const result = await ask.run({ planId, format })
    if (!result.ok) return
    const { fileName, text } = result.value
    if (to === 'file') {
      saveText(fileName, text, format === 'json' ? 'application/json' : 'text/markdown')
      announce(t('plan.export.saved', { file: fileName }))
      return
    }
    try {
      await navigator.clipboard.writeText(text)
      announce(t('copy.done'))
    } catch {
      setRefused(true)
    }
  }

  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button icon={FileOutput} busy={ask.busy}>
            {t('plan.export')}
          </Button>
        }
      >
        <MenuItem icon={ClipboardCopy} onSelect={() => void take('markdown', 'clipboard')}>
          {t('plan.export.copy')}
        </MenuItem>
        <MenuItem icon={FileDown} onSelect={() => void take('markdown', 'file')}>
          {t('plan.export.markdown')}
        </MenuItem>
        <MenuItem icon={FileDown} onSelect={() => void take('json', 'file')}>
          {t('plan.export.json')}
        </MenuItem>
      </Menu>
      {refused && (
        <span className="meta" role="alert">
          {t('plan.export.refused')}
        </span>
      )}
      {ask.error !== undefined && <ErrorNote error={ask.error} />}
    </>
  )
}
