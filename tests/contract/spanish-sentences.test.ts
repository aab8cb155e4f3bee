import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSelfTest } from '../../main/talos/self-test.ts'
import { inLanguage } from '../../renderer/ui/i18n/said/said.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'main')

/** A literal second argument of `new TalosFailure(code, …)`, with its quotes. */
const SENTENCE =
  /new TalosFailure\(\s*'[\w-]+',\s*(`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*[,)]/g

/** What a rule of Talos' own or a node's words make of it; nothing of ours is in them. */
const NOT_OURS = new Set([
  // Put together from checks, each of which is told by itself.
  '${check.id}: ${check.evidence}',
  'etcd: ${risk}',
  'etcd: ${evidence}',
  // A document's own words behind its name.
  "${labelOf(work.identity)}, ${error.path.join('.')}: ${error.message}",
])

/** Every sentence that main writes itself, with an invented name where a value stands. */
function* sentences(): Generator<{ readonly file: string; readonly text: string }> {
  for (const entry of readdirSync(MAIN, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !file.endsWith('.ts') || /\.test\.ts$|\/simulator\/|\/generated\//.test(file))
      continue
    for (const [, literal = ''] of readFileSync(file, 'utf8').matchAll(SENTENCE)) {
      const body = literal.slice(1, -1).replace(/\\(['"`])/g, '$1')
      if (NOT_OURS.has(body)) continue
      yield { file, text: literal.startsWith('`') ? filled(body) : body }
    }
  }
}

/** `${…}` as a name; braces inside it are counted. */
function filled(template: string): string {
  let out = ''
  for (let at = 0; at < template.length; at++) {
    if (!template.startsWith('${', at)) {
      out += template[at] ?? ''
      continue
    }
    let depth = 0
    do {
      if (template[at] === '{') depth++
      if (template[at] === '}') depth--
      at++
    } while (depth > 0 || template[at - 1] === '$')
    at--
    out += 'X7'
  }
  return out
}

test('whoever reads Spanish reads every sentence of main in Spanish', () => {
  const all = [...sentences()]
  expect(all.length).toBeGreaterThan(120)
  const english = all.filter(({ text }) => inLanguage(text, 'es') === text)
  expect(english.map(({ file, text }) => `${file.slice(MAIN.length + 1)}: ${text}`)).toEqual([])
})

test('and what the self-test found, but for the names of the runtime', async () => {
  const { checks } = await runSelfTest({ protosDir: join(MAIN, '..', 'protos') })
  const english = checks.filter(({ id, found }) => id !== 'runtime' && inLanguage(found, 'es') === found)
  expect(english).toEqual([])
})

test('names and counts keep their places, and findings are told one by one', () => {
  expect(inLanguage('bronce-2 did not come back within 30 min.', 'es')).toBe(
    'bronce-2 no ha vuelto en 30 min.',
  )
  expect(inLanguage('7 pods; home/netshoot (no controller); emptyDir: 3', 'es')).toBe(
    '7 pods; home/netshoot (sin controlador); emptyDir: 3',
  )
  const leaving = '3 of 3 members answer, 2 needed to leave; 2 members stay'
  expect(inLanguage(leaving, 'es')).not.toMatch(/answer|members|leave/)
  expect(inLanguage('3 members started, 2 stay, 2 needed', 'en')).toBe('3 members started, 2 stay, 2 needed')
})

test('what became of a node that declined after its drain is told behind its own words', () => {
  for (const [fate, spanish] of [
    ['is uncordoned again: it takes pods', 'ya no está acordonado: admite pods'],
    ['stays cordoned: it could not be uncordoned', 'sigue acordonado: no se ha podido quitar el cordón'],
    ['stays cordoned, as it was before the run', 'sigue acordonado, como ya estaba antes de la ejecución'],
  ] as const) {
    expect(inLanguage(`label does not exist; estante-1 was drained before that and ${fate}`, 'es')).toBe(
      `label does not exist; estante-1 se había vaciado antes y ${spanish}`,
    )
  }
})

test('what a node says in its own words stays as it is', () => {
  const words = 'rpc error: desc = machine is not installed'
  expect(inLanguage(words, 'es')).toBe(words)
})
