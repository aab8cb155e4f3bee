import { useId, useState } from 'react'
import type { Input } from '#contract/index.ts'
import type { PatchScope, SavedPatch } from '#contract/patches.ts'
import { selectNode } from '../../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../../ipc/stores/stores-context.ts'
import { useAction } from '../../../ipc/use-call.ts'
import { useAnnounce } from '../../../ui/announcer.tsx'
import { Button } from '../../../ui/Button.tsx'
import { ErrorNote } from '../../../ui/ErrorNote.tsx'
import { useText } from '../../../ui/i18n/text.tsx'
import { nodeName } from '../../../ui/node-state.ts'
import { navigate } from '../../../ui/route.ts'
import type { NodePlace } from '../use-draft.ts'
import { DraftPreview } from './DraftPreview.tsx'

type ScopeName = 'node' | 'controlplane' | 'worker' | 'cluster'
const SCOPES: readonly ScopeName[] = ['node', 'controlplane', 'worker', 'cluster']

/** A patch by name: written, kept, merged into the draft. */
export function PatchPanel({
  place,
  text,
  patch,
  start,
  onDraft,
  onSaved,
  onForgotten,
}: {
  readonly place: NodePlace
  readonly text: string
  readonly patch: SavedPatch | undefined
  /** What a new one begins with. */
  readonly start: string
  readonly onDraft: (text: string) => void
  readonly onSaved: (patch: SavedPatch) => void
  readonly onForgotten: () => void
}) {
  const { t } = useText()
  const announce = useAnnounce()
  const id = useId()
  const [name, setName] = useState(patch?.name ?? '')
  const [typed, setTyped] = useState(patch?.text ?? start)
  const [scope, setScope] = useState<ScopeName>(scopeName(patch?.scope))
  const save = useAction('patches.save')
  const merge = useAction('patches.merge')
  const forget = useAction('patches.forget')
  const otherNode =
    patch?.scope.kind === 'node' && patch.scope.node !== place.node ? patch.scope.node : undefined
  const otherName = useNodes(selectNode(otherNode ?? place.node))
  const nodeOf = otherName === undefined ? (otherNode ?? place.node) : nodeName(otherName)
  const error = save.error ?? merge.error ?? forget.error

  async function keep() {
    const answer = await save.run({
      context: place.context,
      ...(patch === undefined ? {} : { id: patch.id }),
      name,
      scope: toScope(scope, otherNode ?? place.node),
      text: typed,
    })
    if (!answer.ok) return
    announce(t('patch.saved'))
    setTyped(answer.value.text)
    onSaved(answer.value)
  }
  const isSaved = patch?.text === typed && patch.name === name.trim() && scopeName(patch.scope) === scope
  const nothing = typed.trim() === '' ? t('patch.save.needs') : undefined
  return (
    <>
      <h2>{patch?.name ?? t('insert.new-patch')}</h2>
      <p className="meta">{t('patch.text.hint')}</p>
      <div className="insert-form">
        <div className="insert-field">
          <label htmlFor={`${id}-name`}>{t('patch.name')}</label>
          <input
            id={`${id}-name`}
            className="input"
            value={name}
            placeholder={t('patch.name.hint')}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="insert-field">
          <label htmlFor={`${id}-scope`}>{t('patch.scope')}</label>
          <select
            id={`${id}-scope`}
            className="input"
            value={scope}
            onChange={(event) => setScope(SCOPES.find((one) => one === event.target.value) ?? 'node')}
          >
            {SCOPES.map((one) => (
              <option key={one} value={one}>
                {one === 'node' && otherNode !== undefined
                  ? t('patch.scope.other', { node: nodeOf })
                  : t(`patch.scope.${one}`)}
              </option>
            ))}
          </select>
        </div>
        <div className="insert-field insert-wide">
          <label htmlFor={`${id}-text`}>{t('patch.text')}</label>
          <textarea
            id={`${id}-text`}
            className="input mono"
            rows={12}
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          {patch !== undefined && patch.secrets > 0 && (
            <div className="meta">{t('patch.secrets', { count: patch.secrets })}</div>
          )}
        </div>
        <div className="insert-actions">
          <Button
            kind="go"
            busy={merge.busy}
            off={nothing}
            onClick={() =>
              void merge.run({ ...place, text, patch: typed }).then((answer) => {
                if (answer.ok && answer.value.text !== text) onDraft(answer.value.text)
              })
            }
          >
            {t('insert.put')}
          </Button>
          <Button
            busy={save.busy}
            off={name.trim() === '' ? t('patch.save.needs') : nothing}
            onClick={() => void keep()}
          >
            {t('patch.save')}
          </Button>
          {patch !== undefined && (
            <Button
              off={isSaved ? undefined : t('patch.apply.unsaved')}
              onClick={() =>
                navigate({ at: 'several', context: place.context, node: place.node, patch: patch.id })
              }
            >
              {t(`patch.apply.${scopeName(patch.scope)}`, { node: nodeOf })}
            </Button>
          )}
          {patch !== undefined && (
            <Button
              kind="risk"
              busy={forget.busy}
              onClick={() =>
                void forget.run({ context: place.context, id: patch.id }).then((answer) => {
                  if (answer.ok) onForgotten()
                })
              }
            >
              {t('patch.forget')}
            </Button>
          )}
        </div>
      </div>
      {error !== undefined && <ErrorNote error={error} />}
      {merge.value?.text === text && <p className="meta">{t('insert.put.none')}</p>}
      {merge.value !== undefined && merge.value.text !== text && (
        <DraftPreview before={text} draft={merge.value} />
      )}
    </>
  )
}

function scopeName(scope: PatchScope | undefined): ScopeName {
  if (scope === undefined) return 'node'
  return scope.kind === 'role' ? scope.role : scope.kind
}

function toScope(name: ScopeName, node: string): Input<'patches.save'>['scope'] {
  if (name === 'node') return { kind: 'node', node }
  return name === 'cluster' ? { kind: 'cluster' } : { kind: 'role', role: name }
}
