import { useState } from 'react'
import type { MigrationBlock, MigrationBlockId } from '#contract/migrations.ts'
import { useAction, useQuery } from '../../../ipc/use-call.ts'
import { Button } from '../../../ui/Button.tsx'
import { ErrorNote } from '../../../ui/ErrorNote.tsx'
import { useText } from '../../../ui/i18n/text.tsx'
import { TickBox } from '../../../ui/Tick.tsx'
import type { NodePlace } from '../use-draft.ts'

/** Old fields on the left, their documents on the right; what is risky waits for a tick. */
export function MigrationPanel({
  place,
  text,
  onDraft,
}: {
  readonly place: NodePlace
  readonly text: string
  readonly onDraft: (text: string) => void
}) {
  const { t } = useText()
  const found = useQuery('migrations.blocks', { ...place, text })
  const migrate = useAction('migrations.migrate')
  const [turned, setTurned] = useState<ReadonlySet<MigrationBlockId>>(new Set())
  const blocks = found.value?.blocks ?? []
  // A block is ticked by itself unless it is risky; `turned` are those the person has changed.
  const isOn = (block: MigrationBlock) =>
    block.obstacle === undefined && (block.risk === undefined) !== turned.has(block.id)
  const chosen = blocks.filter(isOn).map(({ id }) => id)

  function turn(id: MigrationBlockId) {
    setTurned((before) => {
      const after = new Set(before)
      if (!after.delete(id)) after.add(id)
      return after
    })
  }
  return (
    <>
      <h2>{t('migration.title')}</h2>
      <p className="meta">
        {t('migration.text', { version: found.value?.talosVersion.replace(/^v/, '') ?? '' })}
      </p>
      {found.error !== undefined && <ErrorNote error={found.error} actions={{ retry: found.reload }} />}
      {found.value !== undefined && blocks.length === 0 && <p>{t('migration.none')}</p>}
      {blocks.length > 0 && (
        <table className="insert-migration">
          <thead>
            <tr>
              <th scope="col">{t('migration.block')}</th>
              <th scope="col">{t('migration.from')}</th>
              <th scope="col">{t('migration.to')}</th>
              <th scope="col">{t('migration.why')}</th>
            </tr>
          </thead>
          <tbody>
            {blocks.map((block) => (
              <Row key={block.id} block={block} on={isOn(block)} onTurn={() => turn(block.id)} />
            ))}
          </tbody>
        </table>
      )}
      {migrate.error !== undefined && <ErrorNote error={migrate.error} />}
      {blocks.length > 0 && (
        <div className="insert-actions">
          <Button
            kind="go"
            busy={migrate.busy}
            off={chosen.length === 0 ? t('migration.choose') : undefined}
            onClick={() =>
              void migrate.run({ ...place, text, blocks: chosen, to: 'documents' }).then((answer) => {
                if (answer.ok) onDraft(answer.value.text)
              })
            }
          >
            {t('insert.put')}
          </Button>
          <span className="meta">{t('migration.proof')}</span>
        </div>
      )}
      <p className="meta">{t('migration.back')}</p>
    </>
  )
}

function Row({
  block,
  on,
  onTurn,
}: {
  readonly block: MigrationBlock
  readonly on: boolean
  readonly onTurn: () => void
}) {
  const { t, fill } = useText()
  const name = t(`migration.block.${block.id}`)
  const from = [...new Set(block.rows.map((row) => row.from))]
  const to = block.obstacle === undefined ? [...new Set(block.rows.map((row) => row.to))] : []
  const obstacle = block.obstacle
  return (
    <tr className={obstacle === undefined ? undefined : 'insert-blocked'}>
      <th scope="row">
        <div className="insert-block">
          <TickBox label={name} checked={on} disabled={obstacle !== undefined} onChange={onTurn} />
          <span>{name}</span>
        </div>
      </th>
      <td className="mono">
        {from.map((path) => (
          <div key={path}>{path}</div>
        ))}
      </td>
      <td className="mono">
        {to.map((document) =>
          document === undefined ? (
            <div key="gone" className="meta">
              {t('migration.gone')}
            </div>
          ) : (
            <div key={document}>{document}</div>
          ),
        )}
      </td>
      <td className="meta">
        {obstacle !== undefined && fill(`migration.obstacle.${obstacle.code}`, { at: obstacle.at })}
        {obstacle === undefined && block.risk !== undefined && t(`migration.risk.${block.risk}`)}
        {block.needs.length > 0 && (
          <div>
            {t('migration.brings', {
              blocks: block.needs.map((id) => t(`migration.block.${id}`)).join(', '),
            })}
          </div>
        )}
      </td>
    </tr>
  )
}
