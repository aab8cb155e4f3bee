import type { Language } from '#contract/languages.ts'
import { saidOfConfigs } from './configs.ts'
import { saidOfContexts } from './contexts.ts'
import { saidOfRuns } from './runs.ts'
import { saidOfSelfTest } from './self-test.ts'

const patterns = [...saidOfRuns, ...saidOfConfigs, ...saidOfContexts, ...saidOfSelfTest].map(
  ([said, spanish]) => ({
    said: new RegExp(`^${said.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\d\}/g, '(.+?)')}$`, 's'),
    order: [...said.matchAll(/\{(\d)\}/g)].map(([, at]) => at ?? ''),
    spanish,
  }),
)

/**
 * A sentence of main in the person's language. Main writes English, as logs and exports are in it; what it did not write
 * itself (a node's words, a file's) stays as it is. Findings joined by `; ` are told one by one.
 */
export function inLanguage(text: string, language: Language): string {
  // Nothing that we write is that long; a node's own output may be.
  if (language === 'en' || text === '' || text.length > 1000) return text
  const parts = text.split('; ')
  const told = parts.map(spanishOf)
  // Before the whole: the blank of a short pattern would swallow all findings but the last.
  if (told.every((part) => part !== undefined)) return told.join('; ')
  return spanishOf(text) ?? parts.map((part, at) => told[at] ?? part).join('; ')
}

function spanishOf(text: string): string | undefined {
  for (const { said, order, spanish } of patterns) {
    const found = said.exec(text)
    if (found === null) continue
    return spanish.replace(/\{(\d)\}/g, (_all, at: string) => found[order.indexOf(at) + 1] ?? '')
  }
  return undefined
}
