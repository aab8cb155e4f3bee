// Monaco with the parts that Ichor uses and nothing of Ichor: what the editor's figures are compared with.
import '../../../renderer/editor/monaco-features.ts'
import * as monaco from 'monaco-editor/editor'
import { startEditorWorker } from '../../../renderer/editor/workers.ts'

globalThis.MonacoEnvironment = { getWorker: () => startEditorWorker() }
monaco.editor.create(globalThis.document.getElementById('host'), {
  value: 'version: v1alpha1\n',
  language: 'yaml',
  automaticLayout: true,
  minimap: { enabled: false },
  wordBasedSuggestions: 'off',
})
