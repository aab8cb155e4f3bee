import type { ReactNode } from 'react'
import './page.css'

/** Title, the line below it, buttons and tabs. `below` are ready-made parts, each with its own icon or copy button. */
export function PageHead({
  title,
  below,
  actions,
  tabs,
}: {
  readonly title: ReactNode
  readonly below?: readonly ReactNode[]
  readonly actions?: ReactNode
  readonly tabs?: ReactNode
}) {
  return (
    <header className="page-head">
      <div className="page-title-row">
        <div className="page-title">
          <h1>{title}</h1>
          {below !== undefined && (
            <div className="page-below">
              {below.map((part, at) => (
                <span key={at}>{part}</span>
              ))}
            </div>
          )}
        </div>
        {actions !== undefined && <div className="buttons">{actions}</div>}
      </div>
      {tabs}
    </header>
  )
}

/** The part of a page that scrolls. */
export function PageBody({
  children,
  flush = false,
}: {
  readonly children: ReactNode
  readonly flush?: boolean
}) {
  // Focusable, so that the keyboard can scroll it.
  return (
    <div className={flush ? 'page-body page-flush' : 'page-body'} tabIndex={-1}>
      {children}
    </div>
  )
}

/** The bar under a page that asks: what will happen, then the buttons. */
export function PageFoot({
  children,
  actions,
}: {
  readonly children: ReactNode
  readonly actions: ReactNode
}) {
  return (
    <footer className="page-foot">
      <span className="meta">{children}</span>
      <div className="buttons to-end">{actions}</div>
    </footer>
  )
}

export function Section({
  title,
  remark,
  actions,
  children,
}: {
  readonly title: ReactNode
  readonly remark?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{title}</h2>
        {remark !== undefined && <span className="meta">{remark}</span>}
        {actions !== undefined && <div className="buttons to-end">{actions}</div>}
      </div>
      {children}
    </section>
  )
}

/** Two columns, one below 860 px. */
export function Columns({
  children,
  even = false,
}: {
  readonly children: ReactNode
  readonly even?: boolean
}) {
  return <div className={even ? 'columns columns-even' : 'columns'}>{children}</div>
}

export interface Tab {
  readonly href: string
  readonly label: ReactNode
  readonly current: boolean
}

/** Each tab is a place with an address, so these are links. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.current ? 'page' : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  )
}
