/**
 * Monaco reads its own sentences once, when it is first loaded, so they have to be there before it. A language that is
 * chosen later shows in them after the window was loaded again.
 */
export async function prepareMonacoLanguage(): Promise<void> {
  if (document.documentElement.lang.startsWith('es')) await import('monaco-editor/nls/lang/es')
}
