import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where every instance on this computer looks for locks of clusters, whichever host and data folder it has. */
export function sharedLocksDir(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  home = homedir(),
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Ichor Locks')
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Ichor Locks')
  const state = env['XDG_STATE_HOME']
  return join(state?.startsWith('/') === true ? state : join(home, '.local', 'state'), 'ichor', 'locks')
}

/**
 * Where the browser host keeps its files. Not Electron's folder: the two hosts seal keys in different ways, and two
 * programs on one journal would fight.
 */
export function browserDataDir(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  home = homedir(),
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Ichor Browser')
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Ichor Browser')
  const data = env['XDG_DATA_HOME']
  return join(data?.startsWith('/') === true ? data : join(home, '.local', 'share'), 'ichor-browser')
}
