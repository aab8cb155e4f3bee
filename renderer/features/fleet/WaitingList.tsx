import type { Context } from '#contract/contexts.ts'
import { LinkButton } from '../../ui/Button.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { runPlace, runTitle } from '../../ui/run-words.ts'
import type { WaitingItem } from './waiting.ts'
import './fleet.css'

/** What waits for a decision: the fact, what follows from it, and where to decide. */
export function WaitingList({
  context,
  items,
}: {
  readonly context: Context
  readonly items: readonly WaitingItem[]
}) {
  const text = useText()
  return (
    <Section title={text.t('fleet.waiting')} remark={items.length}>
      <ol className="waiting">
        {items.map((item, at) => {
          const words = wordsOf(item, context, text)
          return (
            <li key={item.id}>
              <span className="waiting-number" aria-hidden>
                {at + 1}
              </span>
              <p>
                <b>{words.title}</b>
                {words.why !== '' && <span className="meta">{words.why}</span>}
              </p>
              <LinkButton size="small" href={words.href}>
                {words.action}
              </LinkButton>
            </li>
          )
        })}
      </ol>
    </Section>
  )
}

interface Words {
  readonly title: string
  readonly why: string
  readonly action: string
  readonly href: string
}

function wordsOf(item: WaitingItem, context: Context, text: TextTools): Words {
  const { t, format } = text
  switch (item.kind) {
    case 'try':
      return {
        title: t('fleet.wait.try', { node: item.run.hostname }),
        why: t('fleet.wait.try.why', { time: format.time(item.until) }),
        action: t('fleet.open-try'),
        href: nodeHref(context, item.run.node, 'configuration'),
      }
    case 'interrupted':
      return {
        title: t('fleet.wait.interrupted', {
          what: `${runTitle(item.run, text)}, ${runPlace(item.run, text)}`,
        }),
        why: t('fleet.wait.interrupted.why'),
        action: t('fleet.open-run'),
        href: hrefOf({ at: 'run', id: item.run.id }),
      }
    case 'fell-back':
      return {
        title: t('fleet.wait.fell-back', { what: runTitle(item.run, text), node: item.run.hostname }),
        why: t('fleet.wait.fell-back.why'),
        action: t('fleet.open-run'),
        href: hrefOf({ at: 'run', id: item.run.id }),
      }
    case 'silent':
      return {
        title: t('fleet.wait.silent', { node: item.name, time: format.minute(item.since) }),
        why: item.words,
        action: t('fleet.open-node'),
        href: nodeHref(context, item.node.address, 'overview'),
      }
    case 'not-ready':
      return {
        title: t('fleet.wait.not-ready', { node: item.name }),
        why: item.words,
        action: t('fleet.open-node'),
        href: nodeHref(context, item.node.address, 'overview'),
      }
    case 'staged':
      return {
        title: t('fleet.wait.staged', { node: item.name }),
        why: t('fleet.wait.staged.why'),
        action: t('fleet.open-config'),
        href: nodeHref(context, item.node.address, 'configuration'),
      }
    case 'expires':
      return {
        title: t('fleet.wait.expires', { context: context.name, date: format.date(item.until) }),
        why: t('fleet.wait.expires.why'),
        action: t('tree.import'),
        href: hrefOf({ at: 'import' }),
      }
  }
}

function nodeHref(context: Context, node: string, tab: 'overview' | 'configuration'): string {
  return hrefOf({ at: 'node', context: context.name, node, tab })
}
