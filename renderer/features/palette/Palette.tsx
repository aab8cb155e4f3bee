import { Search } from 'lucide-react'
import { Command } from 'cmdk'
import { Dialog } from 'radix-ui'
import { useState } from 'react'
import type { Context } from '#contract/contexts.ts'
import { Key } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Icon, stateIcons } from '../../ui/icons.tsx'
import { matchWords, splitQuery, usePaletteEntries, type PaletteEntry } from './entries.ts'
import './palette.css'

/** Nodes, screens, commands and earlier runs behind one line. `>` only commands, `@` only nodes. */
export function Palette({
  open,
  context,
  onClose,
}: {
  readonly open: boolean
  readonly context: Context | undefined
  readonly onClose: () => void
}) {
  const { t } = useText()
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="spoken">{t('palette.title')}</Dialog.Title>
          <PaletteList context={context} onClose={onClose} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function PaletteList({
  context,
  onClose,
}: {
  readonly context: Context | undefined
  readonly onClose: () => void
}) {
  const { t } = useText()
  const [line, setLine] = useState('')
  const query = splitQuery(line)
  const groups = usePaletteEntries(context, query)
  return (
    <Command label={t('palette.title')} shouldFilter={false} loop>
      <div className="palette-line">
        <Icon of={Search} />
        <Command.Input value={line} onValueChange={setLine} placeholder={t('palette.placeholder')} />
        <Key>Esc</Key>
      </div>
      <Command.List className="palette-list" label={t('palette.title')}>
        <Command.Empty className="palette-empty">{t('palette.none')}</Command.Empty>
        {groups.map((group) => (
          <Command.Group key={group.id} heading={group.heading} className="palette-group">
            {group.entries.map((entry) => (
              <Command.Item
                key={entry.id}
                value={entry.id}
                className="palette-item"
                onSelect={() => {
                  onClose()
                  entry.run()
                }}
              >
                <Entry entry={entry} words={query.words} />
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
      <div className="palette-foot">
        <span>
          <Key>↑</Key> <Key>↓</Key> {t('palette.choose')}
        </span>
        <span>
          <Key>Enter</Key> {t('palette.open')}
        </span>
        <span className="to-end">
          <Key>&gt;</Key> {t('palette.prefix-commands')} <Key>@</Key> {t('palette.nodes')}
        </span>
      </div>
    </Command>
  )
}

function Entry({ entry, words }: { readonly entry: PaletteEntry; readonly words: readonly string[] }) {
  return (
    <>
      <span className={`state-${entry.kind}`}>
        <Icon of={entry.icon ?? stateIcons[entry.kind]} />
      </span>
      <span className="elided">
        {matchWords(entry.title, words).map((part, at) =>
          part.matched ? <mark key={at}>{part.text}</mark> : <span key={at}>{part.text}</span>,
        )}
        {entry.more !== undefined && <span className="faint"> {entry.more}</span>}
      </span>
      {entry.remark !== undefined && <span className="meta">{entry.remark}</span>}
    </>
  )
}
