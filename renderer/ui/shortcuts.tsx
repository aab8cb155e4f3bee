import {
  createContext,
  use,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react'
import { createShortcutRegistry, type Shortcut, type ShortcutRegistry } from './shortcut-registry.ts'

const ShortcutContext = createContext<ShortcutRegistry | undefined>(undefined)

/** Once, around the app: listens on the window. */
export function Shortcuts({ children }: { readonly children: ReactNode }) {
  const [registry] = useState(createShortcutRegistry)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      registry.press(event)
    }
    window.addEventListener('keydown', listen)
    return () => {
      window.removeEventListener('keydown', listen)
    }
  }, [registry])
  return <ShortcutContext value={registry}>{children}</ShortcutContext>
}

function useRegistry(): ShortcutRegistry {
  const registry = use(ShortcutContext)
  if (registry === undefined) throw new Error('No Shortcuts above this component.')
  return registry
}

/**
 * Binds `keys` while the component is there: `/`, `?`, `mod+k` (Cmd on a Mac, Ctrl elsewhere), `shift+n`, `f8`, or two
 * in a row, `g f`. `title` is its line on the `?` sheet. Without `mod` they do not fire while the person types.
 * `onPress: undefined` binds nothing.
 */
export function useShortcut(
  keys: string,
  title: string,
  group: string,
  onPress: (() => void) | undefined,
): void {
  const registry = useRegistry()
  const press = useEffectEvent(() => {
    onPress?.()
  })
  const bound = onPress !== undefined
  useEffect(() => {
    if (!bound) return
    return registry.add({ keys, title, group, onPress: () => press() })
  }, [registry, keys, title, group, bound])
}

/** What is bound right now, for the `?` sheet. */
export function useShortcutList(): readonly Shortcut[] {
  const registry = useRegistry()
  return useSyncExternalStore(registry.subscribe, registry.list)
}
