/** Each rule is a sentence of ARCHITECTURE.md. Test files may reach for fakes, so most rules leave them out. */
const test = '\\.test\\.tsx?$'
/** Contract files that run in the page: names, plain values and rules of them. */
const plainContract = '^preload/contract/(bridge|image-left|languages|long-runs)\\.ts$'
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { pathNot: '/generated/' }, to: { circular: true } },
    {
      name: 'contract-stands-alone',
      severity: 'error',
      from: { path: '^preload/contract/', pathNot: test },
      to: { pathNot: ['^preload/contract/', '^node_modules/zod/'] },
    },
    {
      name: 'preload-is-thin',
      severity: 'error',
      from: { path: '^preload/[^/]+\\.ts$', pathNot: test },
      to: { pathNot: ['^preload/contract/', 'electron'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'preload-carries-no-schemas',
      severity: 'error',
      from: { path: '^preload/[^/]+\\.ts$', pathNot: test },
      to: {
        path: '^preload/contract/',
        pathNot: '^preload/contract/bridge\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules and runs: values in, values out. Only the contract and small pure libraries.',
      severity: 'error',
      from: { path: '^main/domain/', pathNot: test },
      to: {
        pathNot: [
          '^main/domain/',
          '^preload/contract/',
          '^node_modules/(yaml|semver|diff|@bufbuild)/',
          '^resources/',
        ],
      },
    },
    {
      name: 'electron-stays-at-the-edge',
      severity: 'error',
      from: { pathNot: ['^main/hosts/electron/', '^main/electron\\.ts$', '^preload/index\\.ts$', '^tests/'] },
      to: { path: '^(node_modules/electron/|electron$)' },
    },
    {
      name: 'talos-adapter-knows-domain-only',
      severity: 'error',
      from: { path: '^main/talos/', pathNot: test },
      to: { path: '^main/', pathNot: ['^main/talos/', '^main/domain/', '^main/log/'] },
    },
    {
      name: 'kubernetes-adapter-knows-domain-only',
      severity: 'error',
      from: { path: '^main/kubernetes/', pathNot: test },
      to: { path: '^main/', pathNot: ['^main/kubernetes/', '^main/domain/'] },
    },
    {
      name: 'factory-adapter-knows-domain-only',
      severity: 'error',
      from: { path: '^main/factory/', pathNot: test },
      to: { path: '^main/', pathNot: ['^main/factory/', '^main/domain/'] },
    },
    {
      name: 'simulator-is-on-the-other-side-of-the-wire',
      comment: 'The simulated nodes share protos with the client and nothing else.',
      severity: 'error',
      from: { path: '^main/simulator/', pathNot: test },
      to: { path: ['^main/', '^preload/'], pathNot: ['^main/simulator/', '^main/talos/generated/'] },
    },
    {
      name: 'client-never-imports-the-simulator',
      severity: 'error',
      from: { path: '^main/(domain|talos|factory|kubernetes|ipc|store|log|hosts)/', pathNot: test },
      to: { path: '^main/simulator/' },
    },
    {
      name: 'handlers-know-ports-only',
      severity: 'error',
      from: { path: '^main/ipc/', pathNot: test },
      to: { path: '^main/(talos|factory|kubernetes|store|hosts|simulator|log)/' },
    },
    {
      name: 'hosts-do-not-know-talos',
      severity: 'error',
      from: { path: '^main/hosts/', pathNot: test },
      to: { path: '^main/(talos|factory|simulator)/' },
    },
    {
      name: 'nobody-imports-the-entry-points',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^main/(electron|browser)\\.ts$' },
    },
    {
      name: 'renderer-sees-the-contract-only',
      severity: 'error',
      from: { path: '^renderer/', pathNot: test },
      to: { path: '^(main|preload)/', pathNot: '^preload/contract/' },
    },
    {
      name: 'renderer-takes-contract-types-only',
      comment:
        'Schemas would pull zod into the page; the plain files have the names and values both sides need.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: test },
      to: {
        path: '^preload/contract/',
        pathNot: plainContract,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'plain-contract-files-bring-no-schemas',
      severity: 'error',
      from: { path: plainContract },
      to: { dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'features-do-not-import-each-other',
      severity: 'error',
      from: { path: '^renderer/features/([^/]+)/' },
      to: { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    },
    {
      name: 'ui-knows-no-feature',
      severity: 'error',
      from: { path: '^renderer/(ui|ipc|editor)/' },
      to: { path: '^renderer/(features|app)/' },
    },
    {
      name: 'tests-stay-out-of-the-app',
      severity: 'error',
      from: { path: '^(main|preload|renderer)/', pathNot: test },
      to: { path: ['^tests/', test] },
    },
    {
      name: 'no-orphans-that-nobody-needs',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '(^|/)tsconfig',
          '\\.config\\.ts$',
          test,
          '^tests/',
          'generated',
          '^main/scripts/',
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    exclude: { path: '(^|/)(dist|\\.tsbuild)/' },
  },
}
