// Monaco ships the tokenizer of YAML without types.
declare module 'monaco-editor/languages/definitions/yaml/yaml' {
  import type { languages } from 'monaco-editor/editor'
  export const language: languages.IMonarchLanguage
}
