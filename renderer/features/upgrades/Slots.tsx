import type { BootSlot, NodeSlots } from '#contract/node-actions.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { Note } from '../../ui/Note.tsx'
import { Columns, Section } from '../../ui/Page.tsx'
import { Dash, State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { Words } from './Words.tsx'

const FACTS = [
  'label',
  'talos',
  'schematic',
  'extensions',
  'kernel-arguments',
  'installed',
  'sources',
] as const
type SlotFact = (typeof FACTS)[number]

/** Both boot slots beside each other, each fact as far as anyone tells it. */
export function Slots({ slots }: { readonly slots: NodeSlots }) {
  const text = useText()
  const { t, format } = text
  const running = slots.slots.find((slot) => slot.running)
  const other = slots.slots.find((slot) => !slot.running)
  if (running === undefined || other === undefined) return null
  const loader = slots.loader === undefined ? undefined : t(`slots.loader.${slots.loader}`)
  const remark = t('slots.remark', { time: format.time(slots.readAt) })
  return (
    <>
      {slots.fallbackArmed === true && (
        <div className="section">
          <Note kind="caution" title={t('slots.armed')} />
        </div>
      )}
      <Section title={t('slots.title')} remark={loader === undefined ? remark : `${loader}, ${remark}`}>
        <Table dense label={t('slots.title')}>
          <thead>
            <tr>
              <HeadCell>{t('plan.part')}</HeadCell>
              <HeadCell tint="before">
                <SlotHead slot={running} name={t('slots.running')} />
              </HeadCell>
              <HeadCell tint="after">
                <SlotHead slot={other} name={t('slots.other')} />
              </HeadCell>
            </tr>
          </thead>
          <tbody>
            {FACTS.map((fact) => (
              <Row key={fact}>
                <NameCell>{t(`slots.${fact}`)}</NameCell>
                <Cell tint="before">
                  <SlotValue slot={running} fact={fact} />
                </Cell>
                <Cell tint="after">
                  <SlotValue slot={other} fact={fact} />
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
        {other.talos === undefined && (
          <p className="meta slots-untold">
            {t(
              other.content === 'empty-by-menu' || other.content === 'empty-by-refusal'
                ? `slots.${other.content}`
                : other.label !== undefined && slots.loader === 'systemd-boot'
                  ? 'slots.untold.named'
                  : `slots.untold.${slots.loader ?? 'unknown'}`,
            )}
          </p>
        )}
      </Section>
      <Columns even>
        <Section title={t('slots.back')}>{t('slots.back.text')}</Section>
        <Section title={t('slots.stays')}>{t('slots.stays.text')}</Section>
      </Columns>
    </>
  )
}

function SlotHead({ slot, name }: { readonly slot: BootSlot; readonly name: string }) {
  const { t } = useText()
  return (
    <>
      {name}
      {slot.next === true && (
        <>
          {' '}
          <State kind="plain">{t('slots.next')}</State>
        </>
      )}
    </>
  )
}

function SlotValue({ slot, fact }: { readonly slot: BootSlot; readonly fact: SlotFact }) {
  const text = useText()
  const value = valueOf(slot, fact, text)
  if (value === undefined || value === '') return <Dash why={text.t(whyNot(slot, fact))} />
  const short = value.replace(/[0-9a-f]{40,}/g, (id) => `${id.slice(0, 12)}…`)
  // Names of resources are words: they wrap between them, not within.
  if (fact === 'sources') return <Words words={sourcesOf(slot, text)} />
  return (
    <span
      className={fact === 'label' || fact === 'kernel-arguments' ? 'mono plan-value' : 'plan-value'}
      title={value}
    >
      {short}
    </span>
  )
}

/** Why nobody can say it: what Talos does not write down is not the same as what nobody could look at. */
function whyNot(
  { running, talos, content }: BootSlot,
  fact: SlotFact,
): 'slots.empty' | 'slots.no-date' | 'slots.no-entry' | 'slots.not-read' | 'slots.nothing' {
  if (content === 'empty-by-menu' || content === 'empty-by-refusal') return 'slots.empty'
  if (fact === 'installed') return 'slots.no-date'
  if (!running && talos === undefined && content === undefined) return 'slots.nothing'
  return fact === 'label' ? 'slots.no-entry' : 'slots.not-read'
}

function valueOf(slot: BootSlot, fact: SlotFact, { t, format }: TextTools): string | undefined {
  switch (fact) {
    case 'label':
      return slot.label
    case 'talos':
      return slot.talos === undefined ? undefined : plainVersion(slot.talos)
    case 'schematic':
      return slot.schematicId
    case 'extensions':
      return slot.extensions?.length === 0 ? t('node.extensions.none') : slot.extensions?.join(', ')
    case 'kernel-arguments':
      return slot.kernelArguments
    case 'installed':
      return slot.installedAt === undefined ? undefined : format.dateTime(slot.installedAt)
    case 'sources':
      return slot.sources.join(', ')
  }
}

function sourcesOf({ sources }: BootSlot, { format }: TextTools): readonly string[] {
  return sources.map((source) => source.replace(/^run (.*)$/, (_all, at: string) => format.dateTime(at)))
}
