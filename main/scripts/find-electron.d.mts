export function findElectron(env?: NodeJS.ProcessEnv): string | undefined
export function hasDisplay(env?: NodeJS.ProcessEnv, platform?: string): boolean
export function fetchElectron(
  milliseconds: number,
): Promise<
  { readonly path: string; readonly why?: undefined } | { readonly path?: undefined; readonly why: string }
>
export function reasonFrom(output: string): string
