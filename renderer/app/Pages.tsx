import { lazy, Suspense } from 'react'
import type { Context } from '#contract/contexts.ts'
import { FleetPage } from '../features/fleet/FleetPage.tsx'
import { DiagnosticsPage } from '../features/settings/DiagnosticsPage.tsx'
import { SettingsPage } from '../features/settings/SettingsPage.tsx'
import { RunPage } from '../features/tasks/RunPage.tsx'
import { TasksPage } from '../features/tasks/TasksPage.tsx'
import { ImportPage } from '../features/welcome/ImportPage.tsx'
import { WelcomePage } from '../features/welcome/WelcomePage.tsx'
import { selectRun } from '../ipc/stores/runs-store.ts'
import { useRuns } from '../ipc/stores/stores-context.ts'
import { LinkButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { useText } from '../ui/i18n/text.tsx'
import { PageBody } from '../ui/Page.tsx'
import { hrefOf, type Route } from '../ui/route.ts'

const NodePage = lazy(async () => ({ default: (await import('../features/node/NodePage.tsx')).NodePage }))
const ConfigPage = lazy(async () => ({
  default: (await import('../features/machine-configs/ConfigPage.tsx')).ConfigPage,
}))
const ComparePage = lazy(async () => ({
  default: (await import('../features/machine-configs/ComparePage.tsx')).ComparePage,
}))
const PatchNodesPage = lazy(async () => ({
  default: (await import('../features/machine-configs/PatchNodesPage.tsx')).PatchNodesPage,
}))
const SeveralPage = lazy(async () => ({
  default: (await import('../features/machine-configs/SeveralPage.tsx')).SeveralPage,
}))
const ClusterUpgradePage = lazy(async () => ({
  default: (await import('../features/upgrades/ClusterUpgradePage.tsx')).ClusterUpgradePage,
}))
const UpgradePage = lazy(async () => ({
  default: (await import('../features/upgrades/UpgradePage.tsx')).UpgradePage,
}))
const RollbackPage = lazy(async () => ({
  default: (await import('../features/upgrades/RollbackPage.tsx')).RollbackPage,
}))

const RebootPage = lazy(async () => ({
  default: (await import('../features/node-actions/RebootPage.tsx')).RebootPage,
}))
const ShutdownPage = lazy(async () => ({
  default: (await import('../features/node-actions/ShutdownPage.tsx')).ShutdownPage,
}))
const ResetPage = lazy(async () => ({
  default: (await import('../features/node-actions/ResetPage.tsx')).ResetPage,
}))
const UncordonPage = lazy(async () => ({
  default: (await import('../features/node-actions/UncordonPage.tsx')).UncordonPage,
}))
const RemoveMemberPage = lazy(async () => ({
  default: (await import('../features/node-actions/RemoveMemberPage.tsx')).RemoveMemberPage,
}))
const NodeHistoryPage = lazy(async () => ({
  default: (await import('../features/tasks/NodeHistoryPage.tsx')).NodeHistoryPage,
}))
const KubernetesPage = lazy(async () => ({
  default: (await import('../features/kubernetes/KubernetesPage.tsx')).KubernetesPage,
}))
const ManifestsPage = lazy(async () => ({
  default: (await import('../features/kubernetes/ManifestsPage.tsx')).ManifestsPage,
}))

/** What is shown for an address. Pages that carry much code come when they are first opened. */
export function Pages({ route, context }: { readonly route: Route; readonly context: Context | undefined }) {
  return (
    <Suspense fallback={<Loading />}>
      <Page route={route} context={context} />
    </Suspense>
  )
}

function Page({ route, context }: { readonly route: Route; readonly context: Context | undefined }) {
  switch (route.at) {
    case 'welcome':
      return context === undefined ? <WelcomePage /> : <Loading />
    case 'import':
      return <ImportPage />
    case 'tasks':
      return <TasksPage />
    case 'run':
      return <RunAt id={route.id} />
    case 'diagnostics':
      return <DiagnosticsPage />
    case 'settings':
      return <SettingsPage />
    case 'fleet':
      return context === undefined ? <NoSuchContext name={route.context} /> : <FleetPage context={context} />
    case 'node':
      if (context === undefined) return <NoSuchContext name={route.context} />
      if (route.tab === 'history') {
        return <NodeHistoryPage key={route.node} context={route.context} node={route.node} />
      }
      return route.tab === 'configuration' ? (
        <ConfigPage context={route.context} node={route.node} />
      ) : (
        <NodePage key={route.node} context={route.context} node={route.node} tab={route.tab} />
      )
    case 'several':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return route.patch === undefined ? (
        <SeveralPage key={route.node} context={route.context} node={route.node} />
      ) : (
        <PatchNodesPage
          key={`${route.node} ${route.patch}`}
          context={route.context}
          node={route.node}
          patchId={route.patch}
        />
      )
    case 'compare':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <ComparePage context={route.context} before={route.before} after={route.after} />
    case 'upgrade':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <UpgradePage key={route.node} context={route.context} node={route.node} />
    case 'upgrade-nodes':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return (
        <ClusterUpgradePage
          key={`${route.context} ${route.nodes.join(' ')}`}
          context={route.context}
          nodes={route.nodes}
        />
      )
    case 'rollback':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <RollbackPage key={route.node} context={route.context} node={route.node} />
    case 'reboot':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <RebootPage key={route.node} context={route.context} node={route.node} />
    case 'shutdown':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <ShutdownPage key={route.node} context={route.context} node={route.node} />
    case 'reset':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <ResetPage key={route.node} context={route.context} node={route.node} />
    case 'uncordon':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <UncordonPage key={route.node} context={route.context} node={route.node} />
    case 'remove-member':
      if (context === undefined) return <NoSuchContext name={route.context} />
      return <RemoveMemberPage context={route.context} node={route.node} memberId={route.memberId} />
    case 'kubernetes':
      return context === undefined ? (
        <NoSuchContext name={route.context} />
      ) : (
        <KubernetesPage
          key={hrefOf(route)}
          context={route.context}
          version={route.version}
          kubelets={route.kubelets}
        />
      )
    case 'manifests':
      return context === undefined ? (
        <NoSuchContext name={route.context} />
      ) : (
        <ManifestsPage key={route.context} context={route.context} />
      )
  }
}

function RunAt({ id }: { readonly id: string }) {
  const run = useRuns(selectRun(id))
  const known = useRuns((state) => state.known)
  return known ? <RunPage run={run} /> : <Loading />
}

function NoSuchContext({ name }: { readonly name: string }) {
  const { t } = useText()
  return (
    <PageBody>
      <div className="section">
        <EmptyState
          heading="h1"
          title={t('nothing.context.title', { context: name })}
          actions={
            <LinkButton size="small" href={hrefOf({ at: 'import' })}>
              {t('tree.import')}
            </LinkButton>
          }
        >
          {t('nothing.context.text')}
        </EmptyState>
      </div>
    </PageBody>
  )
}

function Loading() {
  const { t } = useText()
  return (
    <PageBody>
      <p className="spoken" role="status">
        {t('loading')}
      </p>
    </PageBody>
  )
}
