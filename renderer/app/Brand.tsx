import { useText } from '../ui/i18n/text.tsx'

/** The one vein of the bronze giant, and the nail that closed it. */
export function Brand() {
  const { t } = useText()
  return (
    <span className="brand">
      <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden>
        <g fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round">
          <path d="M4.5 2h9M9 2v8.5" />
          <circle cx="9" cy="13.4" r="2.4" />
        </g>
      </svg>
      {t('app.name')}
    </span>
  )
}
