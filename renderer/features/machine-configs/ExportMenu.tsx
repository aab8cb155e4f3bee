import { ClipboardCopy, FileDown, FileOutput } from 'lucide-react'
import { useState } from 'react'
import type { ChangeExport, ChangeExportFormat } from '#contract/config-exports.ts'
import type { Review } from '#contract/machine-configs.ts'
import { useAction } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Menu, MenuItem, MenuRule } from '../../ui/Menu.tsx'
import { Note } from '../../ui/Note.tsx'
import { saveText } from '../../ui/save-text.ts'
import type { NodePlace } from './use-draft.ts'

const FORMATS = ['markdown', 'patch', 'json'] as const satisfies readonly ChangeExportFormat[]
const TYPE = {
  markdown: 'text/markdown',
  patch: 'application/yaml',
  json: 'application/json',
} as const satisfies Record<ChangeExportFormat, Parameters<typeof saveText>[2]>
/** More paths than this make a sentence that nobody reads; the patch itself lists all. */
const PATHS_SHOWN = 3

export interface ChangeExporter {
  readonly busy: boolean
  run(format: ChangeExportFormat, to: 'clipboard' | 'file'): void
  /** What became of the last export, where it needs a word: an error, or what a patch could not say. */
  readonly outcome:
    | {
        readonly kind: 'failed'
        readonly error: NonNullable<ReturnType<typeof useAction<'machine-configs.export-changes'>>['error']>
      }
    | { readonly kind: 'clipboard-refused' }
    | { readonly kind: 'incomplete'; readonly missing: ChangeExport['missing'] }
    | undefined
}

/** Takes the table of a review out: to the clipboard or to a file, in three forms. */
export function useChangeExport(place: NodePlace, review: Review): ChangeExporter {
  const { t } = useText()
  const announce = useAnnounce()
  const ask = useAction('machine-configs.export-changes')
  const [told, setTold] = useState<ChangeExporter['outcome']>()

  async function take(format: ChangeExportFormat, to: 'clipboard' | 'file'): Promise<void> {
    setTold(undefined)
    const result = await ask.run({ ...place, reviewId: review.reviewId, format })
    if (!result.ok) return
    const { text, file, missing } = result.value
    if (to === 'file') saveText(file, text, TYPE[format])
    else {
      try {
        await navigator.clipboard.writeText(text)
      } catch {
        setTold({ kind: 'clipboard-refused' })
        return
      }
    }
    announce(to === 'file' ? t('review.export.saved', { file }) : t('review.export.copied'))
    if (missing.length > 0) setTold({ kind: 'incomplete', missing })
  }
  return {
    busy: ask.busy,
    run: (format, to) => void take(format, to),
    outcome: ask.error === undefined ? told : { kind: 'failed', error: ask.error },
  }
}

export function ExportMenu({ exporter }: { readonly exporter: ChangeExporter }) {
  const { t } = useText()
  return (
    <Menu
      align="end"
      trigger={
        <Button icon={FileOutput} busy={exporter.busy}>
          {t('review.export')}
        </Button>
      }
    >
      {FORMATS.map((format) => (
        <MenuItem key={format} icon={ClipboardCopy} onSelect={() => exporter.run(format, 'clipboard')}>
          {t(`review.export.copy.${format}`)}
        </MenuItem>
      ))}
      <MenuRule />
      {FORMATS.map((format) => (
        <MenuItem key={format} icon={FileDown} onSelect={() => exporter.run(format, 'file')}>
          {t(`review.export.save.${format}`)}
        </MenuItem>
      ))}
    </Menu>
  )
}

/** What an export could not do, in its place below the tools. */
export function ExportNote({ outcome }: Pick<ChangeExporter, 'outcome'>) {
  const { t } = useText()
  switch (outcome?.kind) {
    case undefined:
      return undefined
    case 'failed':
      return <ErrorNote error={outcome.error} />
    case 'clipboard-refused':
      return (
        <Note kind="caution" urgent>
          {t('review.export.failed')}
        </Note>
      )
    case 'incomplete': {
      const { missing } = outcome
      const shown = missing.slice(0, PATHS_SHOWN).map(({ path }) => path)
      const paths = [...shown, ...(missing.length > PATHS_SHOWN ? ['…'] : [])].join(', ')
      return (
        <Note kind="caution" urgent title={t('review.export.missing', { count: missing.length, paths })}>
          {missing.some(({ why }) => why === 'secret') && t('review.export.secrets')}
        </Note>
      )
    }
  }
}
