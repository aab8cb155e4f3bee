import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseKubernetesLines, type KubernetesLines } from '../domain/kubernetes/lines.ts'

/** Kubernetes minors as they came with the app: `kubernetes/lines.json` under the resources folder. */
export async function readKubernetesLines(resourcesDir: string): Promise<KubernetesLines> {
  const text = await readFile(join(resourcesDir, 'kubernetes', 'lines.json'), 'utf8')
  return parseKubernetesLines(JSON.parse(text))
}
