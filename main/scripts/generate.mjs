// Writes main/talos/generated from protos/ with proto-loader's generator. With --check: fails when it is stale.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const generated = join(root, 'main', 'talos', 'generated')
const check = process.argv.includes('--check')
const out = check ? mkdtempSync(join(tmpdir(), 'ichor-generated-')) : generated

const files = (folder, ending) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

const loader = dirname(createRequire(import.meta.url).resolve('@grpc/proto-loader/package.json'))
if (!check) rmSync(generated, { recursive: true, force: true })
execFileSync(
  process.execPath,
  [
    join(loader, 'build', 'bin', 'proto-loader-gen-types.js'),
    '--longs=String',
    '--enums=String',
    '--defaults',
    '--oneofs',
    '--grpcLib=@grpc/grpc-js',
    '--targetFileExtension=.ts',
    '--importFileExtension=.ts',
    '--includeDirs=protos',
    `--outDir=${out}`,
    ...files(join(root, 'protos'), '.proto'),
  ],
  { cwd: root, stdio: ['ignore', check ? 'ignore' : 'inherit', 'inherit'] },
)

if (check) {
  const theirs = files(out, '.ts')
  const ours = files(generated, '.ts')
  const stale = theirs.filter(
    (file) =>
      !ours.includes(file) ||
      readFileSync(join(out, file), 'utf8') !== readFileSync(join(generated, file), 'utf8'),
  )
  const extra = ours.filter((file) => !theirs.includes(file))
  rmSync(out, { recursive: true, force: true })
  if (stale.length + extra.length > 0) {
    console.error(
      `main/talos/generated is stale (${[...stale, ...extra].slice(0, 5).join(', ')}…). Run: npm run generate`,
    )
    process.exit(1)
  }
  console.log(`main/talos/generated is what protos/ say (${theirs.length} files)`)
}
