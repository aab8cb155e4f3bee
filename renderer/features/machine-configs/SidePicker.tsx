import { FileUp } from 'lucide-react'
import { useRef } from 'react'
import type { ConfigSideHead } from '#contract/config-sides.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName, plainVersion } from '../../ui/node-state.ts'
import { useNow } from '../../ui/use-now.ts'
import type { ConfigSide } from './side-link.ts'

const KINDS = ['active', 'persistent', 'draft', 'history'] as const
type Kind = (typeof KINDS)[number]

/** Which configuration stands on one side: whose, and which of its own. Or a file. */
export function SidePicker({
  context,
  label,
  side,
  nodes,
  head,
  onChange,
  onFile,
}: {
  readonly context: string
  readonly label: string
  readonly side: ConfigSide | undefined
  readonly nodes: readonly NodeSummary[]
  /** Absent while it is not read. */
  readonly head: ConfigSideHead | undefined
  readonly onChange: (side: ConfigSide) => void
  readonly onFile: (file: File) => void
}) {
  const { t, format } = useText()
  const nowMs = useNow()
  const input = useRef<HTMLInputElement>(null)
  const node = side === undefined || side.kind === 'file' ? undefined : side.node
  const history = useQuery('machine-configs.history', node === undefined ? undefined : { context, node })
  const entries = distinct(history.value?.entries ?? [])
  const kind = side?.kind

  function change(nextNode: string | undefined, nextKind: Kind, hash?: string) {
    if (nextNode === undefined || nextNode === '') return
    const chosen = hash ?? entries[0]?.hash
    if (nextKind !== 'history') onChange({ kind: nextKind, node: nextNode })
    else if (chosen !== undefined) onChange({ kind: 'history', node: nextNode, hash: chosen })
  }

  return (
    <fieldset className="side-picker">
      <legend className="label">{label}</legend>
      <div className="side-picker-fields">
        <select
          aria-label={t('compare.node')}
          value={node ?? ''}
          onChange={(event) =>
            change(
              event.target.value,
              kind === undefined || kind === 'file' || kind === 'history' ? 'active' : kind,
            )
          }
        >
          {node === undefined && <option value="">{t('compare.node.none')}</option>}
          {nodes.map((one) => (
            <option key={one.address} value={one.address}>
              {nodeName(one)}
            </option>
          ))}
        </select>
        {side?.kind === 'file' ? (
          <span className="side-picker-file mono">{side.name}</span>
        ) : (
          <select
            aria-label={t('compare.which')}
            value={kind ?? 'active'}
            disabled={node === undefined}
            onChange={(event) => {
              const next = KINDS.find((one) => one === event.target.value)
              if (next !== undefined) change(node, next)
            }}
          >
            {KINDS.map((one) => (
              <option key={one} value={one} disabled={one === 'history' && entries.length === 0}>
                {t(`compare.kind.${one}`)}
              </option>
            ))}
          </select>
        )}
        {side?.kind === 'history' && (
          <select
            aria-label={t('compare.entry')}
            value={side.hash}
            onChange={(event) => change(node, 'history', event.target.value)}
          >
            {entries.map((entry) => (
              <option key={entry.hash} value={entry.hash}>
                {`${format.when(entry.at, nowMs)}, ${t(`history.why.${entry.why}`)}, ${entry.hash.slice(0, 8)}`}
              </option>
            ))}
          </select>
        )}
        <Button size="small" icon={FileUp} onClick={() => input.current?.click()}>
          {t('compare.file')}
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          tabIndex={-1}
          aria-label={t('compare.file')}
          onChange={(event) => {
            const file = event.target.files?.[0]
            if (file !== undefined) onFile(file)
            event.target.value = ''
          }}
        />
      </div>
      <p className="meta">
        {head === undefined
          ? ' '
          : [
              head.talosVersion === undefined || head.talosVersion === ''
                ? undefined
                : `Talos ${plainVersion(head.talosVersion)}`,
              head.role === undefined ? undefined : t(`compare.role.${head.role}`),
              t('compare.lines', { count: head.lines }),
              t('compare.documents', { count: head.documents }),
              head.at === undefined ? undefined : format.when(head.at, nowMs),
            ]
              .filter((part) => part !== undefined)
              .join(' · ')}
      </p>
    </fieldset>
  )
}

/** One line per configuration: its newest mention. */
function distinct<T extends { readonly hash: string }>(entries: readonly T[]): readonly T[] {
  const seen = new Set<string>()
  return entries.filter(({ hash }) => !seen.has(hash) && seen.add(hash))
}
