import type { OfferedExtension } from '#contract/images.ts'

/** As the contract takes an argument: blanks only inside double quotes, and main's mark for a secret. */
const ARGUMENT = /^(?:[!#-~]|«secret»|"[ -!#-~]*")+$/
const ARGUMENT_AT_MOST = 1024

/** What a text of arguments says, one a line or with blanks between; `wrong` is the first that is none. */
export function argumentsOf(text: string): { readonly list: readonly string[]; readonly wrong?: string } {
  const list = text.match(/(?:"[^"\n]*"|[^\s"]|")+/g) ?? []
  const wrong = list.find((one) => !ARGUMENT.test(one) || one.length > ARGUMENT_AT_MOST)
  return wrong === undefined ? { list } : { list, wrong }
}

/** What is there already keeps its place, as another order is another schematic; what comes goes last. */
export function withExtension(chosen: readonly string[], name: string, on: boolean): readonly string[] {
  if (!on) return chosen.filter((one) => one !== name)
  return chosen.includes(name) ? chosen : [...chosen, name]
}

export interface ListedExtension {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly state: 'installed' | 'missing' | undefined
}

/** Chosen ones first, also those that are no longer offered; then the rest, all by name. */
export function listOf(
  offered: readonly OfferedExtension[],
  chosen: readonly string[],
  installed: readonly string[],
  filter: string,
): readonly ListedExtension[] {
  const wanted = filter.trim().toLowerCase()
  const gone = [...new Set([...chosen, ...installed])].filter(
    (name) => !offered.some((one) => one.name === name),
  )
  const all: readonly ListedExtension[] = [
    ...gone.map((name) => ({
      name,
      version: '',
      description: '',
      // Without any list nobody can say that one is missing from it.
      state: offered.length === 0 ? ('installed' as const) : ('missing' as const),
    })),
    ...offered.map(({ name, version, description }) => ({
      name,
      version,
      description,
      state: installed.includes(name) ? ('installed' as const) : undefined,
    })),
  ]
  const rank = (name: string): number => (chosen.includes(name) || installed.includes(name) ? 0 : 1)
  return all
    .filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
}
