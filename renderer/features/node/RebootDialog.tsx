import { useState } from 'react'
import type { NodeSummary } from '#contract/nodes.ts'
import { useAction } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { Command } from '../../ui/Command.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName } from '../../ui/node-state.ts'
import { navigate } from '../../ui/route.ts'

type Mode = 'default' | 'powercycle'

/** Asks before a reboot; opens its run. */
export function RebootDialog({
  open,
  onClose,
  context,
  node,
}: {
  readonly open: boolean
  readonly onClose: () => void
  readonly context: string
  readonly node: NodeSummary
}) {
  const { t } = useText()
  const [mode, setMode] = useState<Mode>('default')
  const reboot = useAction('nodes.reboot')
  const name = nodeName(node)

  async function go(): Promise<void> {
    const started = await reboot.run({ context, node: node.address, mode })
    if (!started.ok) return
    onClose()
    navigate({ at: 'run', id: started.value.runId })
  }

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('node.reboot.title', { node: name })}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="go" busy={reboot.busy} onClick={() => void go()}>
            {t('node.reboot.go', { node: name })}
          </Button>
        </>
      }
    >
      <p>{t('node.reboot.text')}</p>
      {node.configStaged === true && <p>{t('node.reboot.staged')}</p>}
      <Choice<Mode>
        label={t('node.reboot.how')}
        value={mode}
        onChange={setMode}
        options={[
          { value: 'default', title: t('node.reboot.default'), reason: t('node.reboot.default.why') },
          {
            value: 'powercycle',
            title: t('node.reboot.powercycle'),
            reason: t('node.reboot.powercycle.why'),
          },
        ]}
      />
      {reboot.error !== undefined && <ErrorNote error={reboot.error} />}
      <Command
        command={`talosctl -n ${node.address} reboot${mode === 'powercycle' ? ' --mode=powercycle' : ''}`}
      />
    </Dialog>
  )
}
