import { Component, type ErrorInfo, type ReactNode } from 'react'
import { Button, LinkButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { useText } from '../ui/i18n/text.tsx'
import { PageBody } from '../ui/Page.tsx'
import { hrefOf } from '../ui/route.ts'

interface Props {
  /** Where the person is; a change shows the screen anew. */
  readonly place: string
  readonly children: ReactNode
}

interface Broken {
  readonly error: Error | undefined
  readonly place: string
}

/** Keeps a broken screen from taking the window with it. React knows no other way than a class. */
export class ErrorBoundary extends Component<Props, Broken> {
  override state: Broken = { error: undefined, place: this.props.place }

  static getDerivedStateFromError(error: unknown): Partial<Broken> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  static getDerivedStateFromProps(props: Props, state: Broken): Partial<Broken> | null {
    return props.place === state.place ? null : { error: undefined, place: props.place }
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    // Uncaught for the window, so that the host's log has it too.
    reportError(new Error(`${error.message}\n${info.componentStack ?? ''}`, { cause: error }))
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <Crash
        error={error}
        onAgain={() => {
          this.setState({ error: undefined })
        }}
      />
    )
  }
}

function Crash({ error, onAgain }: { readonly error: Error; readonly onAgain: () => void }) {
  const { t } = useText()
  return (
    <PageBody>
      <div className="section">
        <EmptyState
          heading="h1"
          kind="decide"
          title={t('crash.title')}
          actions={
            <>
              <Button size="small" onClick={onAgain}>
                {t('crash.again')}
              </Button>
              <LinkButton size="small" href={hrefOf({ at: 'welcome' })}>
                {t('crash.home')}
              </LinkButton>
            </>
          }
        >
          <p>{t('crash.text')}</p>
          <p className="error-words">{error.message}</p>
        </EmptyState>
      </div>
    </PageBody>
  )
}
