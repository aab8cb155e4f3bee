import { monaco } from './monaco.ts'
import { kindsOf, requiredOf, type JsonSchema } from './schema-keys.ts'

/** A document to begin with, as a snippet: what it needs, with the cursor where the first value goes. */
export function skeletonOf(schema: JsonSchema, kind: string): string {
  const lines = ['apiVersion: v1alpha1', `kind: ${kind}`]
  let stop = 1
  for (const { key, type, values } of requiredOf(schema, kind)) {
    if (key === 'apiVersion' || key === 'kind') continue
    const isMap = type === 'object'
    const isList = type?.startsWith('array') === true
    const at = stop++
    const value = values === undefined ? `\${${at}}` : `\${${at}|${values.join(',')}|}`
    lines.push(isMap ? `${key}:\n    ${value}` : isList ? `${key}:\n    - ${value}` : `${key}: ${value}`)
  }
  return `${lines.join('\n')}\n$0`
}

/** Where a new document may begin, and what has to stand before it; `undefined` anywhere else. `line` is 1-based. */
export function documentPlace(lines: readonly string[], line: number): 'here' | 'below-marker' | undefined {
  const typed = lines[line - 1] ?? ''
  if (!/^[A-Za-z]*$/.test(typed)) return undefined
  const isBlank = (text: string | undefined) => text !== undefined && /^\s*(#.*)?$/.test(text)
  let above = line - 2
  while (isBlank(lines[above])) above--
  let below = line
  while (isBlank(lines[below])) below++
  const next = lines[below]
  if (next !== undefined && !/^---(\s|$)/.test(next)) return undefined
  const before = lines[above]
  return before === undefined || /^---(\s|$)/.test(before) ? 'here' : 'below-marker'
}

/** Offers every kind of the node's Talos where a document may begin. */
export function completeDocuments(
  model: monaco.editor.ITextModel,
  schemaNow: () => JsonSchema | undefined,
  newDocument: string,
): monaco.IDisposable {
  return monaco.languages.registerCompletionItemProvider('yaml', {
    provideCompletionItems(asked, { lineNumber, column }) {
      const schema = schemaNow()
      if (asked !== model || schema === undefined) return undefined
      const place = documentPlace(model.getLinesContent(), lineNumber)
      if (place === undefined) return undefined
      const range = new monaco.Range(lineNumber, 1, lineNumber, column)
      return {
        suggestions: kindsOf(schema).map((kind) => ({
          label: { label: kind, description: newDocument },
          kind: monaco.languages.CompletionItemKind.Struct,
          insertText: `${place === 'here' ? '' : '---\n'}${skeletonOf(schema, kind)}`,
          insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
          // After the keys of the document itself.
          sortText: `~${kind}`,
          range,
        })),
      }
    },
  })
}
