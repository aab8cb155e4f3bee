import { useState } from 'react'
import type { ImageChoice } from '#contract/images.ts'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName, plainVersion } from '../../ui/node-state.ts'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { FactoryLine } from './FactoryLine.tsx'
import { AS_USUAL, isSameHow } from './how.ts'
import { HowSection } from './HowSection.tsx'
import { ImageSection, type OpenEditor } from './ImageSection.tsx'
import { PathTable } from './PathTable.tsx'
import { PlanFrame } from './PlanFrame.tsx'
import { Targets } from './Targets.tsx'

interface Props {
  readonly context: string
  readonly node: string
}

/** Upgrade of one node: a version, what it changes, what was checked, one button. */
export function UpgradePage({ context, node }: Props) {
  const { t } = useText()
  const summary = useNodes(selectNode(node))
  const [typed, setTyped] = useState<string>()
  const [imageOpen, setImageOpen] = useState<OpenEditor>()
  const [fresh, setFresh] = useState(false)
  const targets = useQuery('upgrades.targets', {
    context,
    node,
    ...(typed === undefined ? {} : { typed }),
    ...(fresh ? { fresh } : {}),
  })
  const [picked, setPicked] = useState<string>()
  const [choice, setChoice] = useState<ImageChoice>({})
  const judged = targets.value?.typed
  const version =
    picked ??
    (judged?.legal === true ? judged.version : undefined) ??
    targets.value?.targets.find(({ reason }) => reason === 'recommended')?.version
  const [how, setHow] = useState(AS_USUAL)
  const choices = [{ node, choice }]
  const plan = useQuery(
    'upgrades.plan',
    version === undefined ? undefined : { context, nodes: [node], version, choices, options: how.options },
  )
  const name = summary === undefined ? node : nodeName(summary)

  if (targets.value === undefined) {
    return (
      <>
        <PageHead title={t('upgrade.title.choose', { node: name })} />
        <PageBody>
          {targets.error === undefined ? (
            <EmptyState kind="busy" title={t('loading')} />
          ) : (
            <ErrorNote error={targets.error} actions={{ retry: targets.reload }} />
          )}
        </PageBody>
      </>
    )
  }
  const { current, kubernetes, factory } = targets.value
  // The plan of the version before stays in memory while the next is computed; it must not be started.
  const planned = plan.value?.nodes[0]?.to === version ? plan.value : undefined
  const shown = planned !== undefined && isSameHow(planned.options, how.options) ? planned : undefined
  return (
    <PlanFrame
      title={
        version === undefined
          ? t('upgrade.title.choose', { node: name })
          : t('upgrade.title', { node: name, version: plainVersion(version) })
      }
      startLabel={
        version === undefined
          ? t('upgrade.title.choose', { node: name })
          : t('upgrade.start', { node: name, version: plainVersion(version) })
      }
      plan={shown}
      busy={plan.busy}
      error={plan.error}
      off={how.wrong.size > 0 ? t('how.wrong') : imageOpen !== undefined ? t('image.open-first') : undefined}
      onAgain={plan.reload}
    >
      <Section
        title={t('upgrade.target')}
        remark={
          <>
            {kubernetes === undefined
              ? t('upgrade.target.remark', { node: name, version: plainVersion(current) })
              : t('upgrade.target.remark-kubernetes', {
                  node: name,
                  version: plainVersion(current),
                  kubernetes: plainVersion(kubernetes),
                })}
          </>
        }
      >
        <Targets
          targets={targets.value.targets}
          typed={judged}
          asked={typed}
          chosen={version}
          onChange={setPicked}
          onType={(text) => {
            setPicked(undefined)
            setTyped(text)
          }}
        />
        <FactoryLine
          word={factory}
          busy={targets.busy}
          onAgain={() => {
            setFresh(true)
            targets.reload()
          }}
        />
      </Section>
      <PathTable told={targets.value} chosen={version} />
      {version !== undefined && (
        <ImageSection
          context={context}
          node={node}
          version={version}
          choice={choice}
          plan={shown?.nodes[0]}
          open={imageOpen}
          onOpen={setImageOpen}
          onChoice={setChoice}
          onChecked={plan.reload}
        />
      )}
      <HowSection how={how} onChange={setHow} />
    </PlanFrame>
  )
}
