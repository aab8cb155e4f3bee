import type { ReactNode } from 'react'
import './plan-page.css'

/** A plan on its page: what is chosen and what changes left, what was checked and the one button right. */
export function PlanPage({
  children,
  checks,
  checksLabel,
  foot,
}: {
  readonly children: ReactNode
  readonly checks: ReactNode
  /** What the column of checks is called. */
  readonly checksLabel: string
  readonly foot: ReactNode
}) {
  return (
    <div className="plan-page">
      <div className="plan-main">{children}</div>
      <div className="plan-rail">
        {/* Focusable, so that the keyboard can scroll it. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className="plan-rail-body" role="region" aria-label={checksLabel} tabIndex={0}>
          {checks}
        </div>
        <div className="plan-rail-foot">{foot}</div>
      </div>
    </div>
  )
}
