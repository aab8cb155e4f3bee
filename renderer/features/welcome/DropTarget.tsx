import { useEffect, useState, type ReactNode } from 'react'
import { useText } from '../../ui/i18n/text.tsx'
import { navigate } from '../../ui/route.ts'
import { useImportStore } from './import-context.ts'
import './welcome.css'

/** The whole window takes files, on every screen; what is dropped goes to the preview. */
export function DropTarget({ children }: { readonly children: ReactNode }) {
  const { t } = useText()
  const imports = useImportStore()
  const [over, setOver] = useState(false)

  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const onEnter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth += 1
      setOver(true)
    }
    const onLeave = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth -= 1
      if (depth <= 0) {
        depth = 0
        setOver(false)
      }
    }
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
    }
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      // Always, or the browser would leave the app and show the file.
      event.preventDefault()
      depth = 0
      setOver(false)
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length === 0) return
      void imports.readFiles(files)
      navigate({ at: 'import' })
    }
    window.addEventListener('dragenter', onEnter)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('dragover', onOver)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragenter', onEnter)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('drop', onDrop)
    }
  }, [imports])

  return (
    <>
      {children}
      {over && (
        <div className="drop-over" role="status">
          <p>{t('welcome.drop-any')}</p>
        </div>
      )}
    </>
  )
}
