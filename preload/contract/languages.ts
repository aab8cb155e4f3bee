/** Plain values only: the window imports this file as it runs, and brings no schemas with it. */
export type Language = 'en' | 'es'

/** `system`: what the operating system or browser prefers, a BCP 47 tag; anything that is not Spanish is told in English. */
export function languageOf(chosen: 'system' | Language, system: string): Language {
  if (chosen !== 'system') return chosen
  return system.toLowerCase().startsWith('es') ? 'es' : 'en'
}
