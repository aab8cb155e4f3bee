import { Fragment } from 'react'
import { Key } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { useText } from '../ui/i18n/text.tsx'
import { keyName } from '../ui/key-names.ts'
import type { Shortcut } from '../ui/shortcut-registry.ts'
import { useShortcutList } from '../ui/shortcuts.tsx'
import './shortcut-sheet.css'

/** Every key that does something right now, by group. */
export function ShortcutSheet({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useText()
  const shortcuts = useShortcutList()
  const unique = uniqueByKeys(shortcuts)
  const groups = [...new Set(unique.map((one) => one.group))]
  return (
    <Dialog wide open={open} onClose={onClose} title={t('keys.title')}>
      <div className="shortcut-groups">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="label">{group}</h3>
            <dl>
              {unique
                .filter((one) => one.group === group)
                .map((one) => (
                  <div key={one.keys}>
                    <dt>{one.title}</dt>
                    <dd>
                      {one.keys.split(' ').map((chord, at) => (
                        <Fragment key={chord}>
                          {at > 0 && <span className="meta"> {t('keys.then')} </span>}
                          <Key>{keyName(chord)}</Key>
                        </Fragment>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}

/** Of two bindings of the same keys only the newer one fires. */
function uniqueByKeys(shortcuts: readonly Shortcut[]): readonly Shortcut[] {
  return [...new Map(shortcuts.map((one) => [one.keys, one])).values()]
}
