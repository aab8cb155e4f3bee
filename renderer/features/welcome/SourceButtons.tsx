import { FileText } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useApp } from '../../ipc/stores/stores-context.ts'
import { Button, Buttons } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { navigate } from '../../ui/route.ts'
import { useImportStore } from './import-context.ts'

/** Choose a file, or paste the text. `plain`: no filled button, where the screen has another. */
export function SourceButtons({
  plain = false,
  withDefault = false,
}: {
  readonly plain?: boolean
  /** Also offers the file that talosctl uses. */
  readonly withDefault?: boolean
}) {
  const { t } = useText()
  const imports = useImportStore()
  const native = useApp((state) => state.app?.nativeDialogs === true)
  const picker = useRef<HTMLInputElement>(null)
  const [pasting, setPasting] = useState(false)
  return (
    <Buttons>
      <Button
        kind={plain ? 'plain' : 'go'}
        icon={FileText}
        onClick={() => {
          if (!native) {
            picker.current?.click()
            return
          }
          navigate({ at: 'import' })
          void imports.read({ kind: 'dialog' }, t('welcome.choose'))
        }}
      >
        {t('welcome.choose')}
      </Button>
      <input
        ref={picker}
        className="spoken"
        type="file"
        multiple
        tabIndex={-1}
        aria-hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          // So that the same file can be chosen again after it was mended.
          event.target.value = ''
          if (files.length === 0) return
          void imports.readFiles(files)
          navigate({ at: 'import' })
        }}
      />
      <Button
        onClick={() => {
          setPasting(true)
        }}
      >
        {t('welcome.paste')}
      </Button>
      {withDefault && (
        <Button
          onClick={() => {
            void imports.read({ kind: 'default' }, '~/.talos/config')
          }}
        >
          {t('welcome.default')}
        </Button>
      )}
      <PasteDialog
        open={pasting}
        onClose={() => {
          setPasting(false)
        }}
      />
    </Buttons>
  )
}

function PasteDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useText()
  const imports = useImportStore()
  const [pasted, setPasted] = useState('')
  const id = useId()
  const close = () => {
    // It holds a private key: nothing of it stays in the window.
    setPasted('')
    onClose()
  }
  return (
    <Dialog
      wide
      open={open}
      onClose={close}
      title={t('paste.title')}
      actions={
        <>
          <Button onClick={close}>{t('cancel')}</Button>
          <Button
            kind="go"
            busy={pasted.trim() === ''}
            onClick={() => {
              void imports.read({ kind: 'pasted', text: pasted }, t('paste.name'))
              close()
              navigate({ at: 'import' })
            }}
          >
            {t('paste.do')}
          </Button>
        </>
      }
    >
      <label className="label" htmlFor={id}>
        {t('paste.label')}
      </label>
      <textarea
        id={id}
        className="input"
        rows={14}
        spellCheck={false}
        autoComplete="off"
        value={pasted}
        placeholder={'context: casa\ncontexts:\n  casa:\n    endpoints:\n      - 10.0.20.11'}
        onChange={(event) => {
          setPasted(event.target.value)
        }}
      />
    </Dialog>
  )
}
