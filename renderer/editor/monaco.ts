import './monaco-features.ts'
import * as monaco from 'monaco-editor/editor'
import { configureMonacoYaml, type MonacoYaml } from 'monaco-yaml'
import { startEditorWorker, startYamlWorker } from './workers.ts'

/** Markers of the schema go to whoever holds the model, which shows them together with the problems main found. */
export type MarkerListener = (markers: readonly monaco.editor.IMarkerData[]) => void

const listeners = new WeakMap<monaco.editor.ITextModel, MarkerListener>()

export function listenToSchemaMarkers(model: monaco.editor.ITextModel, listener: MarkerListener): void {
  listeners.set(model, listener)
}

interface WorkerOptions {
  readonly createData?: unknown
  readonly host?: Record<string, never>
  readonly keepIdleModels?: boolean
}

/**
 * monaco-yaml 5.5 speaks to Monaco ≤ 0.52: it names a worker by module where 0.57 wants the worker itself. Markers
 * pass through here too.
 */
function monacoForYaml(): Parameters<typeof configureMonacoYaml>[0] {
  const shim = {
    ...monaco,
    editor: {
      ...monaco.editor,
      createWebWorker: (options: WorkerOptions) =>
        monaco.editor.createWebWorker({
          worker: startYamlWorker(options.createData),
          ...(options.host === undefined ? {} : { host: options.host }),
          ...(options.keepIdleModels === undefined ? {} : { keepIdleModels: options.keepIdleModels }),
        }),
      setModelMarkers: (
        model: monaco.editor.ITextModel,
        owner: string,
        markers: monaco.editor.IMarkerData[],
      ) => {
        const listener = listeners.get(model)
        if (listener === undefined) monaco.editor.setModelMarkers(model, owner, markers)
        else listener(markers)
      },
    },
    languages: {
      ...monaco.languages,
      registerCompletionItemProvider: (
        selector: monaco.languages.LanguageSelector,
        provider: monaco.languages.CompletionItemProvider,
      ) =>
        monaco.languages.registerCompletionItemProvider(selector, {
          ...provider,
          provideCompletionItems: async (model, position, context, token) => {
            const list = await provider.provideCompletionItems(model, position, context, token)
            return list == undefined
              ? undefined
              : { ...list, suggestions: list.suggestions.map((item) => asPlainText(item)) }
          },
        }),
    },
  }
  return shim
}

/**
 * The service marks every item as a snippet. Then Enter takes the word that already stands there once more instead of
 * going to the next line.
 */
function asPlainText(item: monaco.languages.CompletionItem): monaco.languages.CompletionItem {
  const { InsertAsSnippet, None } = monaco.languages.CompletionItemInsertTextRule
  const isWord = item.insertTextRules === InsertAsSnippet && !/[$\\}]/.test(item.insertText)
  return isWord ? { ...item, insertTextRules: None } : item
}

let yaml: MonacoYaml | undefined
const schemas = new Map<string, Readonly<Record<string, unknown>>>()

/** Models of this Talos line carry its version in their path; see `modelUri`. */
export function registerSchema(version: string, schema: Readonly<Record<string, unknown>>): void {
  if (schemas.get(version) === schema) return
  schemas.set(version, schema)
  const settings = [...schemas].map(([line, json]) => ({
    uri: `talos://schema/${line}`,
    fileMatch: [`**/${line}/*.yaml`],
    schema: json,
  }))
  if (yaml === undefined) {
    yaml = configureMonacoYaml(monacoForYaml(), {
      enableSchemaRequest: false,
      completion: true,
      // Its hovers are the schema's descriptions, which ours has none of; key-hover.ts tells what there is.
      hover: false,
      validate: true,
      // Formatting would re-flow a text of which the person wants each line explained.
      format: { enable: false },
      schemas: settings,
    })
  } else {
    void yaml.update({ schemas: settings })
  }
}

let models = 0

export function modelUri(version: string): monaco.Uri {
  models += 1
  return monaco.Uri.parse(`inmemory://machine-config/${version}/${models}.yaml`)
}

globalThis.MonacoEnvironment = { getWorker: () => startEditorWorker() }

export { monaco }
