import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import type { SavedPatch } from '#contract/patches.ts'
import type { Preset } from '#contract/presets.ts'
import { useQuery } from '../../../ipc/use-call.ts'
import { Button } from '../../../ui/Button.tsx'
import { ErrorNote } from '../../../ui/ErrorNote.tsx'
import { useText } from '../../../ui/i18n/text.tsx'
import { PageHead } from '../../../ui/Page.tsx'
import type { NodePlace } from '../use-draft.ts'
import './insert.css'
import { MigrationPanel } from './MigrationPanel.tsx'
import { PatchPanel } from './PatchPanel.tsx'
import { PresetPanel } from './PresetPanel.tsx'

/** What is open on the right: one preset, one saved patch, a new patch, or the migration. */
type Picked =
  | { readonly kind: 'preset'; readonly id: Preset['id'] }
  | { readonly kind: 'patch'; readonly id: string }
  | { readonly kind: 'new'; readonly text: string }
  | { readonly kind: 'migration' }

/** Everything that can be put into a draft without typing it: it only ever changes the draft. */
export function InsertView({
  place,
  name,
  text,
  onBack,
  onDraft,
}: {
  readonly place: NodePlace
  readonly name: string
  /** The draft as it stands. */
  readonly text: string
  readonly onBack: () => void
  readonly onDraft: (text: string) => void
}) {
  const { t } = useText()
  const [search, setSearch] = useState('')
  const [picked, setPicked] = useState<Picked>({ kind: 'preset', id: 'static-address' })
  const presets = useQuery('presets.list', { ...place, text })
  const patches = useQuery('patches.list', { context: place.context })
  const wanted = search.trim().toLowerCase()
  const fits = (...words: readonly string[]) => words.some((word) => word.toLowerCase().includes(wanted))
  const shownPresets = (presets.value?.presets ?? []).filter(({ id }) =>
    fits(id, t(`preset.${id}`), t(`preset.${id}.text`)),
  )
  const shownPatches = (patches.value?.patches ?? []).filter((patch) => fits(patch.name, patch.text))
  const preset = presets.value?.presets.find(({ id }) => picked.kind === 'preset' && id === picked.id)
  const patch = patches.value?.patches.find(({ id }) => picked.kind === 'patch' && id === picked.id)
  const panel = { place, text, onDraft }

  return (
    <>
      <PageHead
        title={t('insert.title', { node: name })}
        below={[t('insert.text')]}
        actions={
          <Button icon={ChevronLeft} onClick={onBack}>
            {t('review.editor')}
          </Button>
        }
      />
      {presets.error !== undefined && <ErrorNote error={presets.error} actions={{ retry: presets.reload }} />}
      {patches.error !== undefined && <ErrorNote error={patches.error} actions={{ retry: patches.reload }} />}
      <div className="insert">
        <nav className="config-outline insert-list" aria-label={t('insert.open')}>
          <input
            className="input"
            type="search"
            aria-label={t('insert.search')}
            placeholder={t('insert.search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <Group title={t('insert.presets')}>
            {shownPresets.map(({ id }) => (
              <Entry
                key={id}
                title={t(`preset.${id}`)}
                current={picked.kind === 'preset' && picked.id === id}
                onPick={() => setPicked({ kind: 'preset', id })}
              />
            ))}
          </Group>
          {shownPatches.length > 0 && (
            <Group title={t('insert.patches')}>
              {shownPatches.map(({ id, name: title }) => (
                <Entry
                  key={id}
                  title={title}
                  current={picked.kind === 'patch' && picked.id === id}
                  onPick={() => setPicked({ kind: 'patch', id })}
                />
              ))}
            </Group>
          )}
          {presets.value !== undefined && shownPresets.length + shownPatches.length === 0 && (
            <p className="meta insert-none">{t('insert.none')}</p>
          )}
          <Group title={t('insert.more')}>
            <Entry
              title={t('insert.new-patch')}
              current={picked.kind === 'new'}
              onPick={() => setPicked({ kind: 'new', text: '' })}
            />
            <Entry
              title={t('insert.migration')}
              current={picked.kind === 'migration'}
              onPick={() => setPicked({ kind: 'migration' })}
            />
          </Group>
        </nav>
        <div className="insert-panel">
          {picked.kind === 'preset' && preset !== undefined && (
            <PresetPanel
              key={preset.id}
              {...panel}
              preset={preset}
              onKeep={(kept) => setPicked({ kind: 'new', text: kept })}
            />
          )}
          {(picked.kind === 'new' || patch !== undefined) && (
            <PatchPanel
              key={patch?.id ?? 'new'}
              {...panel}
              patch={patch}
              start={picked.kind === 'new' ? picked.text : ''}
              onSaved={(saved: SavedPatch) => {
                patches.reload()
                setPicked({ kind: 'patch', id: saved.id })
              }}
              onForgotten={() => {
                patches.reload()
                setPicked({ kind: 'new', text: '' })
              }}
            />
          )}
          {picked.kind === 'migration' && <MigrationPanel {...panel} />}
        </div>
      </div>
    </>
  )
}

function Group({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section className="insert-group">
      <h2 className="label">{title}</h2>
      <ul>{children}</ul>
    </section>
  )
}

function Entry({
  title,
  current,
  onPick,
}: {
  readonly title: string
  readonly current: boolean
  readonly onPick: () => void
}) {
  return (
    <li>
      <button
        type="button"
        className="config-outline-entry"
        aria-current={current || undefined}
        onClick={onPick}
      >
        <span className="insert-name">{title}</span>
      </button>
    </li>
  )
}
