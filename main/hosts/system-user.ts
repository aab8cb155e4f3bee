import { userInfo } from 'node:os'

/** Name for the task log; a container may run under a number that has no name. */
export function systemUser(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username
  } catch {
    return env['USER'] ?? env['USERNAME'] ?? 'unknown'
  }
}
