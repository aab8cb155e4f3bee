import editorUrl from 'monaco-editor/editor/editor.worker?worker&url'
import yamlUrl from './yaml.worker.ts?worker&url'

/** The part of Trusted Types that a worker needs; TypeScript's DOM types leave it out. */
interface ScriptUrlPolicy {
  readonly createScriptURL: (url: string) => string
}
interface TrustedTypes {
  readonly createPolicy: (name: string, rules: ScriptUrlPolicy) => ScriptUrlPolicy
}

let policy: ScriptUrlPolicy | undefined

/** Under `require-trusted-types-for 'script'` a plain string is refused; this policy lets our own origin through only. */
function workerPolicy(): ScriptUrlPolicy {
  const rules: ScriptUrlPolicy = {
    createScriptURL: (url) => {
      if (new URL(url, location.href).origin !== location.origin)
        throw new TypeError('A worker from elsewhere.')
      return url
    },
  }
  const types = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes
  policy ??= types === undefined ? rules : types.createPolicy('app-worker', rules)
  return policy
}

function start(url: string): Worker {
  return new Worker(workerPolicy().createScriptURL(url), { type: 'module' })
}

/** Monaco's own worker: diffs, links, word completion. */
export function startEditorWorker(): Worker {
  return start(editorUrl)
}

/** The YAML language service; `createData` are monaco-yaml's options, schemas and all. */
export function startYamlWorker(createData: unknown): Worker {
  const worker = start(yamlUrl)
  // Monaco's worker bootstrap takes the first message as the signal to start and the second as its options.
  worker.postMessage('ignore')
  worker.postMessage(createData)
  return worker
}
