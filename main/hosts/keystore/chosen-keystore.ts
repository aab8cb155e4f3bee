import { join } from 'node:path'
import type { KeystoreState } from '#contract/app.ts'
import type { KeystoreChoice, KeystorePort } from '../../domain/host-port.ts'
import type { Secret } from '../../domain/secret.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import { readTextIfThere, writeFileAtomic } from '../../store/atomic-file.ts'
import { createChangeableState } from './changeable-state.ts'
import { createDataKey, damaged, sealWith, unsealWith } from './data-key.ts'
import { SCRYPT_COST, unwrapWithPassphrase, wrapWithPassphrase } from './passphrase-file.ts'

const KEYSTORE_FILE = 'keystore.json'

/**
 * Keys sealed with a passphrase, or kept in memory only: the person chooses. Starts `locked` when a passphrase was
 * chosen before, else `unset`; until then nothing can be sealed. `note` says why the system's own store is not used.
 */
export async function openChosenKeystore(
  dataDir: string,
  { note, cost = SCRYPT_COST }: { readonly note?: string; readonly cost?: number } = {},
): Promise<KeystorePort> {
  const path = join(dataDir, KEYSTORE_FILE)
  const withNote = (kind: KeystoreState['kind']): KeystoreState =>
    note === undefined ? { kind } : { kind, note }
  const existing = await readTextIfThere(path)
  const { state, set, onChange } = createChangeableState(
    withNote(existing === undefined ? 'unset' : 'locked'),
  )
  let dataKey: Buffer | undefined

  function key(): Buffer {
    if (dataKey !== undefined) return dataKey
    throw new TalosFailure(
      'locked',
      state().kind === 'locked'
        ? 'The key store is locked. Give its passphrase first.'
        : 'Choose first how keys are kept: sealed with a passphrase, or in memory only.',
    )
  }

  // One after the other: of two passphrases chosen at once the second would wrap another data key over the first.
  let choosing: Promise<unknown> = Promise.resolve()
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = choosing.then(work, work)
    choosing = turn.catch(() => undefined)
    return turn
  }

  return {
    state,
    onChange,
    choose: (choice) => inTurn(() => choose(choice)),
    unlock: (passphrase) => inTurn(() => unlock(passphrase)),
    seal: {
      get persistent() {
        return state().kind !== 'memory'
      },
      seal: async (plain) => sealWith(key(), plain),
      unseal: async (sealed) => unsealWith(key(), sealed),
    },
  }

  async function choose(choice: KeystoreChoice): Promise<KeystoreState> {
    if (choice.kind === 'memory') {
      dataKey = createDataKey()
      return set(withNote('memory'))
    }
    if ((await readTextIfThere(path)) !== undefined) {
      // A new data key would make everything that is sealed already unreadable.
      throw new TalosFailure('conflict', 'A key store with a passphrase is here already. Unlock it.')
    }
    const wrapped = await wrapWithPassphrase(choice.passphrase, cost)
    await writeFileAtomic(path, wrapped.text)
    dataKey = wrapped.dataKey
    return set(withNote('passphrase'))
  }

  async function unlock(passphrase: Secret): Promise<KeystoreState> {
    const text = await readTextIfThere(path)
    if (text === undefined) throw damaged()
    dataKey = await unwrapWithPassphrase(text, passphrase)
    return set(withNote('passphrase'))
  }
}
