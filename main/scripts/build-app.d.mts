export const root: string
export function buildApp(options?: {
  readonly force?: boolean
  readonly say?: (line: string) => void
}): Promise<{ readonly built: boolean }>
