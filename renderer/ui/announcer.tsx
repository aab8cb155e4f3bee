import { createContext, use, useCallback, useState, type ReactNode } from 'react'

type Announce = (text: string, how?: 'polite' | 'assertive') => void

const AnnounceContext = createContext<Announce>(() => undefined)

/** Says something to screen readers. `polite` waits for a pause. */
export function useAnnounce(): Announce {
  return use(AnnounceContext)
}

interface Said {
  readonly text: string
  /** Grows, so that the same words twice are said twice. */
  readonly nth: number
}

/** Once, around the app: holds the two live regions. */
export function Announcer({ children }: { readonly children: ReactNode }) {
  const [polite, setPolite] = useState<Said>({ text: '', nth: 0 })
  const [assertive, setAssertive] = useState<Said>({ text: '', nth: 0 })
  const announce = useCallback<Announce>((text, how = 'polite') => {
    const set = how === 'polite' ? setPolite : setAssertive
    set((before) => ({ text, nth: before.nth + 1 }))
  }, [])
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="spoken" role="status" aria-live="polite">
        <span key={polite.nth}>{polite.text}</span>
      </div>
      <div className="spoken" role="alert" aria-live="assertive">
        <span key={assertive.nth}>{assertive.text}</span>
      </div>
    </AnnounceContext>
  )
}
