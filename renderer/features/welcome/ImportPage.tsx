import { FileText, LockKeyhole } from 'lucide-react'
import { useState } from 'react'
import { useApp } from '../../ipc/stores/stores-context.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { ErrorNote, errorSentence, ErrorWords } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Note } from '../../ui/Note.tsx'
import { Columns, PageBody, PageFoot, PageHead, Section } from '../../ui/Page.tsx'
import { PlainList } from '../../ui/Facts.tsx'
import { Command } from '../../ui/Command.tsx'
import { navigate } from '../../ui/route.ts'
import { useImports, useImportStore } from './import-context.ts'
import { selectRows, type ImportSource } from './import-store.ts'
import { ImportDetails } from './ImportDetails.tsx'
import { ImportTable } from './ImportTable.tsx'
import { KeystoreDialog } from './KeystoreDialog.tsx'
import { SourceButtons } from './SourceButtons.tsx'
import './welcome.css'

/** The preview of what was dropped, chosen or pasted: before beside after, and nothing written until OK. */
export function ImportPage() {
  const { t, format } = useText()
  const state = useImports((whole) => whole)
  const rows = selectRows(state)
  const [selectedId, setSelectedId] = useState<string>()
  const selected = rows.find((row) => row.id === selectedId) ?? rows[0]
  const previews = state.sources.flatMap((one) => (one.state.kind === 'ready' ? [one.state.preview] : []))
  const [only] = previews.length === 1 ? previews : []
  return (
    <>
      <PageHead
        title={rows.length === 0 ? t('import.title.none') : t('import.title', { count: rows.length })}
        below={[
          ...previews.map((preview) => (
            <>
              <Icon of={FileText} /> {preview.source}
            </>
          )),
          ...(only === undefined ? [] : [format.bytes(only.sizeBytes)]),
          ...(only?.currentContext === undefined ? [] : [t('import.current', { name: only.currentContext })]),
          <>
            <Icon of={LockKeyhole} /> {t('import.unwritten')}
          </>,
        ]}
        actions={rows.length > 0 ? <SourceButtons plain /> : undefined}
      />
      <PageBody>
        <Sources />
        {rows.length === 0 ? (
          <Section title={t('import.lead')}>
            <SourceButtons withDefault />
          </Section>
        ) : (
          <div className="section">
            <ImportTable rows={rows} selectedId={selected?.id} onSelect={setSelectedId} />
          </div>
        )}
        {selected !== undefined && (
          <Columns>
            <ImportDetails row={selected} />
            <div>
              <WhatIsWritten />
              <div className="section import-commands">
                {previews.map((preview, at) => (
                  <Command key={preview.previewId} command={preview.talosctl} label={at === 0} />
                ))}
              </div>
            </div>
          </Columns>
        )}
      </PageBody>
      {rows.length > 0 && <Foot />}
    </>
  )
}

/** Files that are being read, and files that could not be: each with its own sentence. */
function Sources() {
  const sources = useImports((state) => state.sources)
  const pending = sources.filter((source) => source.state.kind !== 'ready')
  if (pending.length === 0) return null
  return (
    <div className="import-sources">
      {pending.map((source) => (
        <PendingSource key={source.id} source={source} />
      ))}
    </div>
  )
}

function PendingSource({ source }: { readonly source: ImportSource }) {
  const text = useText()
  const { t } = text
  const imports = useImportStore()
  if (source.state.kind === 'ready') return null
  if (source.state.kind === 'reading') {
    return <Note kind="busy" title={t('welcome.reading', { name: source.name })} />
  }
  const { error } = source.state
  return (
    <Note
      urgent
      kind="decide"
      title={`${source.name}: ${errorSentence(error, text)}`}
      action={
        <Button
          size="small"
          onClick={() => {
            imports.dismiss(source.id)
          }}
        >
          {t('import.dismiss')}
        </Button>
      }
    >
      <ErrorWords error={error} />
    </Note>
  )
}

function WhatIsWritten() {
  const { t } = useText()
  const rows = useImports((state) => state)
  const taken = selectRows(rows).filter((row) => row.action !== 'leave')
  const keystore = useApp((state) => state.app?.keystore.kind ?? 'unset')
  const kind = keystore === 'locked' ? 'passphrase' : keystore
  const files = rows.sources.filter((source) => source.state.kind === 'ready')
  return (
    <Section title={t('import.writes')}>
      <PlainList
        lines={[
          {
            what: t('import.writes.keys', { count: taken.length }),
            remark: t(`welcome.key.private.${kind}`),
          },
          {
            what: t('import.writes.contexts', { count: taken.length }),
            remark: kind === 'memory' ? t('import.writes.memory') : t('import.writes.folder'),
          },
          ...files.map((file) => ({ what: file.name, remark: t('import.writes.untouched') })),
        ]}
      />
    </Section>
  )
}

function Foot() {
  const { t } = useText()
  const announce = useAnnounce()
  const imports = useImportStore()
  const state = useImports((whole) => whole)
  const unset = useApp((whole) => whole.app?.keystore.kind === 'unset')
  const [asking, setAsking] = useState(false)
  const rows = selectRows(state)
  const added = rows.filter((row) => row.action === 'add').length
  const replaced = rows.filter((row) => row.action === 'renew').length
  const count = added + replaced

  async function write() {
    const done = await imports.write()
    if (done === undefined) return
    announce(t('import.done', { count: done.imported.length }))
    const name = done.current ?? done.imported[0]
    if (name !== undefined) navigate({ at: 'fleet', context: name })
  }

  return (
    <>
      {state.writeError !== undefined && (
        <ErrorNote error={state.writeError} actions={{ retry: () => void write() }} />
      )}
      <PageFoot
        actions={
          <>
            <Button
              onClick={() => {
                imports.clear()
                navigate({ at: 'welcome' })
              }}
            >
              {t('cancel')}
            </Button>
            <Button
              kind="go"
              busy={state.writing}
              off={count === 0 ? t('import.nothing-chosen') : undefined}
              onClick={() => {
                if (unset) setAsking(true)
                else void write()
              }}
            >
              {t('import.do', { count })}
            </Button>
          </>
        }
      >
        {count === 0 ? t('import.foot.none') : t('import.foot', { added, replaced })}
      </PageFoot>
      <KeystoreDialog
        open={asking}
        onClose={() => {
          setAsking(false)
        }}
        onChosen={() => {
          setAsking(false)
          void write()
        }}
      />
    </>
  )
}
