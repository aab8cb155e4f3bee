import { ArrowUpToLine, Ellipsis, FileDiff, FilePen, LogOut, SearchX, Trash2, X } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Context } from '#contract/contexts.ts'
import { isAnswering } from '../../ipc/stores/nodes-store.ts'
import { useNodes, useRuns, useStores } from '../../ipc/stores/stores-context.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button, IconButton, Key, LinkButton } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { FilterField } from '../../ui/Filters.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Menu, MenuItem } from '../../ui/Menu.tsx'
import { nodeState } from '../../ui/node-state.ts'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { hrefOf, navigate } from '../../ui/route.ts'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { MINUTE_MS, useNow } from '../../ui/use-now.ts'
import { matchesFilter } from './fleet-facts.ts'
import { FleetBand } from './FleetBand.tsx'
import { NodeTable } from './NodeTable.tsx'
import { withAllShown, withOne, withRange } from './selection.ts'
import { waitingFor } from './waiting.ts'
import { WaitingList } from './WaitingList.tsx'
import './fleet.css'

/** One cluster: its figures, what waits for the person, its machines. */
export function FleetPage({ context }: { readonly context: Context }) {
  const { t } = useText()
  const followed = useNodes((state) => state.context === context.name)
  const all = useNodes((state) => state.nodes)
  const known = useNodes((state) => state.known) && followed
  const error = useNodes((state) => state.error)
  const nodes = followed ? all : []
  const answering = nodes.filter(isAnswering).length
  return (
    <>
      <PageHead
        title={context.name}
        below={[
          t('fleet.endpoints', { list: context.endpoints.join(', '), count: context.endpoints.length }),
          ...(known ? [t('fleet.read-live', { answering, count: nodes.length })] : []),
        ]}
        actions={<FleetActions context={context} />}
      />
      <PageBody>
        {error !== undefined && followed && (
          <div className="section">
            <ErrorNote error={error} />
          </div>
        )}
        {nodes.length === 0 ? (
          <div className="section">
            <EmptyState kind="busy" title={t('fleet.none.title')}>
              {t('fleet.none.text', { endpoints: context.endpoints.join(', ') })}
            </EmptyState>
          </div>
        ) : (
          <>
            <FleetBand context={context} nodes={nodes} />
            <Waiting context={context} />
            <Nodes context={context} />
          </>
        )}
      </PageBody>
    </>
  )
}

function Waiting({ context }: { readonly context: Context }) {
  const nodes = useNodes((state) => state.nodes)
  const runs = useRuns((state) => state.runs)
  const nowMs = useNow(MINUTE_MS)
  const items = waitingFor(context, nodes, runs, nowMs)
  return items.length === 0 ? null : <WaitingList context={context} items={items} />
}

function Nodes({ context }: { readonly context: Context }) {
  const text = useText()
  const { t } = text
  const nodes = useNodes((state) => state.nodes)
  const [filter, setFilter] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const store = useStores().nodes
  const picked = useNodes((state) => state.selected)
  useShortcut('/', t('keys.filter'), t('keys.group.here'), () => field.current?.focus())
  const shown = nodes.filter((node) => matchesFilter(node, filter, nodeState(node, text).long))
  // As they stand now, for a press that comes later.
  const rows = useRef<readonly string[]>([])
  const last = useRef<string>(undefined)
  useEffect(() => {
    rows.current = shown.map(({ address }) => address)
  })
  const pick = useCallback(
    (address: string, how: 'on' | 'off' | 'range') => {
      const from = last.current
      last.current = address
      store.select((before) =>
        how === 'range'
          ? withRange(before, rows.current, from, address)
          : withOne(before, address, how === 'on'),
      )
    },
    [store],
  )
  return (
    <Section
      title={t('fleet.nodes')}
      remark={
        shown.length === nodes.length
          ? nodes.length
          : t('tree.of', { ready: shown.length, all: nodes.length })
      }
      actions={
        <>
          <Selected context={context.name} />
          <FilterField
            ref={field}
            label={t('fleet.filter')}
            value={filter}
            onChange={setFilter}
            shortcut="/"
          />
        </>
      }
    >
      {shown.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title={t('fleet.no-match.title', { filter })}
          actions={
            <Button
              size="small"
              onClick={() => {
                setFilter('')
              }}
            >
              {t('fleet.clear-filter')} <Key>Esc</Key>
            </Button>
          }
        >
          {t('fleet.no-match.text', { count: nodes.length })}
        </EmptyState>
      ) : (
        <NodeTable
          label={t('fleet.table', { context: context.name })}
          nodes={shown}
          picked={picked}
          onPick={pick}
          onAll={() => store.select((before) => withAllShown(before, rows.current))}
        />
      )}
    </Section>
  )
}

/** What can be done with the nodes that are picked. */
function Selected({ context }: { readonly context: string }) {
  const { t } = useText()
  const store = useStores().nodes
  const picked = usePicked()
  const [first, second] = picked
  if (first === undefined) return null
  return (
    <span className="fleet-selected">
      <span className="meta">{t('fleet.selected', { count: picked.length })}</span>
      <LinkButton
        size="small"
        icon={ArrowUpToLine}
        href={hrefOf({ at: 'upgrade-nodes', context, nodes: picked })}
      >
        {t('fleet.selected.upgrade')}
      </LinkButton>
      {second !== undefined && (
        <LinkButton size="small" icon={FilePen} href={hrefOf({ at: 'several', context, node: first })}>
          {t('fleet.selected.configure')}
        </LinkButton>
      )}
      {second !== undefined && picked.length === 2 && (
        <LinkButton
          size="small"
          icon={FileDiff}
          href={hrefOf({
            at: 'compare',
            context,
            before: `active~${first}`,
            after: `active~${second}`,
          })}
        >
          {t('compare.two')}
        </LinkButton>
      )}
      <IconButton label={t('fleet.selected.clear')} icon={X} onClick={() => store.select(() => new Set())} />
    </span>
  )
}

/** Addresses of the picked nodes that are still there, in the order of the table. */
function usePicked(): readonly string[] {
  const nodes = useNodes((state) => state.nodes)
  const picked = useNodes((state) => state.selected)
  return nodes.flatMap(({ address }) => (picked.has(address) ? [address] : []))
}

function FleetActions({ context }: { readonly context: Context }) {
  const { t } = useText()
  const [forgetting, setForgetting] = useState(false)
  const picked = usePicked()
  const stop = useAction('demo.stop')
  return (
    <>
      <LinkButton
        icon={ArrowUpToLine}
        href={hrefOf({ at: 'upgrade-nodes', context: context.name, nodes: picked })}
      >
        {t('rolling.open')}
      </LinkButton>
      {context.demo ? (
        <Button
          icon={LogOut}
          busy={stop.busy}
          onClick={() => {
            void stop.run({}).then((stopped) => {
              if (stopped.ok) navigate({ at: 'welcome' })
            })
          }}
        >
          {t('demo.stop')}
        </Button>
      ) : (
        <Menu align="end" trigger={<IconButton label={t('fleet.more')} icon={Ellipsis} />}>
          <MenuItem
            icon={Trash2}
            onSelect={() => {
              setForgetting(true)
            }}
          >
            {t('fleet.forget')}
          </MenuItem>
        </Menu>
      )}
      {stop.error !== undefined && <ErrorNote error={stop.error} />}
      <ForgetDialog
        context={context}
        open={forgetting}
        onClose={() => {
          setForgetting(false)
        }}
      />
    </>
  )
}

function ForgetDialog({
  context,
  open,
  onClose,
}: {
  readonly context: Context
  readonly open: boolean
  readonly onClose: () => void
}) {
  const { t } = useText()
  const forget = useAction('contexts.forget')
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('fleet.forget.title', { context: context.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            kind="risk"
            busy={forget.busy}
            onClick={() => {
              void forget.run({ context: context.name }).then((forgotten) => {
                if (!forgotten.ok) return
                onClose()
                navigate({ at: 'welcome' }, 'replace')
              })
            }}
          >
            {t('fleet.forget.do', { context: context.name })}
          </Button>
        </>
      }
    >
      <p>{t('fleet.forget.text')}</p>
      {forget.error !== undefined && <ErrorNote error={forget.error} />}
    </Dialog>
  )
}
