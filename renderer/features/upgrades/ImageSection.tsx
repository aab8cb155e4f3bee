import { SlidersHorizontal } from 'lucide-react'
import type { ImageChoice, NodeImage } from '#contract/images.ts'
import type { NodePlan } from '#contract/upgrades.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/Command.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { Section } from '../../ui/Page.tsx'
import { ImageEditor } from './ImageEditor.tsx'
import { OwnImage } from './OwnImage.tsx'
import { SchematicDiff } from './SchematicDiff.tsx'
import './images.css'

export type OpenEditor = 'editor' | 'own'

/** What the node's image is, and what the next one will have; the place to change that. */
export function ImageSection({
  context,
  node,
  version,
  choice,
  plan,
  open,
  onOpen: setOpen,
  onChoice,
  onChecked,
}: {
  readonly context: string
  readonly node: string
  readonly version: string
  readonly choice: ImageChoice
  readonly plan: NodePlan | undefined
  /** What is being changed and not in the plan yet. */
  readonly open: OpenEditor | undefined
  readonly onOpen: (open: OpenEditor | undefined) => void
  readonly onChoice: (choice: ImageChoice) => void
  /** The factory was told the schematic: what the plan says of the image may be another now. */
  readonly onChecked: () => void
}) {
  const text = useText()
  const { t } = text
  const read = useQuery('images.read', { context, node, version })
  const check = useAction('images.preview')
  if (read.value === undefined) {
    return read.error === undefined ? null : <ErrorNote error={read.error} actions={{ retry: read.reload }} />
  }
  const { image, offered } = read.value
  const changed = Object.keys(choice).length > 0
  const after = plan?.schematic?.after
  const before = plan?.schematic?.before
  const rewrites = after !== undefined && before?.id !== after.id && choice.own === undefined

  async function askFactory(): Promise<void> {
    const result = await check.run({ context, node, version, choice, register: true })
    if (result.ok) onChecked()
  }

  return (
    <Section
      title={t('image.title')}
      remark={t(`image.kind.${image.kind}`)}
      actions={
        open === undefined && (
          <Button
            size="small"
            icon={SlidersHorizontal}
            off={
              image.fixed === undefined || image.kind === 'own' ? undefined : t(`image.fixed.${image.fixed}`)
            }
            onClick={() => setOpen(image.kind === 'own' ? 'own' : 'editor')}
          >
            {t('image.change')}
          </Button>
        )
      }
    >
      <Facts facts={factsOf(image, text)} />
      {image.fixed !== undefined && <p className="meta">{t(`image.fixed.${image.fixed}`)}</p>}
      {image.configArguments.length > 0 && (
        <Note kind="caution" title={t('image.grub-arguments')}>
          <code>{image.configArguments.join(' ')}</code> {t('image.grub-arguments.more')}
        </Note>
      )}
      {open === 'editor' && (
        <ImageEditor
          image={image}
          offered={offered}
          choice={choice}
          onUse={(next) => {
            onChoice(next)
            setOpen(undefined)
          }}
          onOwn={() => setOpen('own')}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === 'own' && (
        <OwnImage
          installedFrom={image.kind === 'own' ? image.installedFrom : undefined}
          version={version}
          onUse={(own) => {
            onChoice({ own })
            setOpen(undefined)
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
      {changed && open === undefined && (
        <div className="image-chosen">
          {choice.own !== undefined && (
            <Note kind="caution" title={t('image.own.chosen')}>
              <code>{choice.own.reference}</code>
            </Note>
          )}
          {rewrites && <SchematicDiff before={before} after={after} />}
          <div className="buttons">
            {rewrites && (
              <Button busy={check.busy} onClick={() => void askFactory()}>
                {t('image.check')}
              </Button>
            )}
            <Button kind="bare" onClick={() => onChoice({})}>
              {t('image.undo')}
            </Button>
            {check.value !== undefined && (
              <span className="meta" role="status">
                {t(`image.state.${check.value.image.state}`)}
              </span>
            )}
          </div>
          {check.error !== undefined && (
            <ErrorNote error={check.error} actions={{ retry: () => void askFactory() }} />
          )}
        </div>
      )}
    </Section>
  )
}

function factsOf(image: NodeImage, { t }: TextTools) {
  const { schematicId, extensions, kernelArguments, overlay, bootLoader, secureBoot } = image
  const shape = [
    `${image.platform} ${image.arch}`,
    ...(bootLoader === undefined ? [] : [bootLoader === 'grub' ? 'GRUB' : 'systemd-boot']),
    ...(secureBoot === true ? [t('plan.row.secure-boot')] : []),
    ...(overlay === undefined ? [] : [overlay]),
  ]
  return [
    {
      name: t('plan.row.schematic'),
      value:
        schematicId === undefined ? undefined : (
          <span className="image-id">
            <code title={schematicId}>{`${schematicId.slice(0, 16)}…`}</code>
            <CopyButton text={schematicId} what={t('plan.row.schematic')} />
          </span>
        ),
    },
    { name: t('image.machine'), value: shape.join(', ') },
    { name: t('plan.row.extensions'), value: extensions.join(', ') || '–' },
    {
      name: t('plan.row.kernel-arguments'),
      value: kernelArguments.length === 0 ? '–' : <code>{kernelArguments.join(' ')}</code>,
    },
    {
      name: t('image.installed-from'),
      value:
        image.installedFrom === undefined ? undefined : (
          <code className="image-from">{image.installedFrom}</code>
        ),
    },
  ]
}
