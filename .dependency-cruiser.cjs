/**
 * Who may import whom. Each rule says why; scripts/boundaries.test.ts plants a violation of each and shows that it bites.
 * Run through scripts/check-boundaries.ts, which also asserts that modules were really read.
 */

/** Tests, and what lies beside them for their use only. */
const TESTS = '\\.test\\.ts$|/testing(/|\\.ts$)'
const TEST_TOOLS = '(^|/)node_modules/(vitest|fast-check)/'
const ELECTRON = '(^|/)node_modules/electron/|^electron$'

/** What may be used without touching the outside world: bytes, hashes, types of streams. */
const OUTSIDE_WORLD =
  '^(node:)?(net|tls|http|https|http2|dgram|dns|fs|child_process|cluster|worker_threads|timers|os|process|readline|repl|stream|perf_hooks)(/|$)'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules in a circle cannot be understood or started one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'Node runs the sources as they are: "./x.js" for a .ts file passes the compiler and fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'A package is imported only where its package.json declares it; hoisting is luck.',
      severity: 'error',
      from: { pathNot: [TESTS, '^scripts/', '\\.config\\.ts$', '^apps/desktop/(src/screenshots|packaging)/'] },
      // Electron is what the app runs in: packaged with it, not installed beside it.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], pathNot: [TEST_TOOLS, ELECTRON] },
    },
    {
      name: 'test-tools-in-tests',
      comment: 'What only tests need is not installed where programs run.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: [TESTS, '^packages/testkit/', '^apps/desktop/src/screenshots/'] },
      to: { path: [TEST_TOOLS, '^packages/testkit/', '^(packages|apps)/.*/testing(/|\\.ts$)'] },
    },
    {
      name: 'apps-apart',
      comment: 'Apps are separate programs that meet on the wire only; what two of them need is a package. Not even types.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'packages-below-apps',
      comment: 'Packages are what apps stand on; none knows an app, the demo, the benchmarks or the end-to-end tests.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|demo|bench|e2e|scripts|testbed)/' },
    },
    {
      name: 'black-box',
      comment: 'End-to-end tests, demo and benchmarks drive the programs from outside; the testbed as a face of the agent.',
      severity: 'error',
      from: { path: '^(e2e|demo|bench|testbed)/' },
      to: { path: '^apps/', pathNot: '^apps/desktop/src/(shared|local)/' },
    },
    {
      name: 'package-order',
      comment: 'protocol stands below all; transport, audit-log, recording and program stand on it and not on each other.',
      severity: 'error',
      from: { path: '^packages/(protocol|transport|audit-log|recording|program)/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/protocol/'] },
    },
    {
      name: 'protocol-pure',
      comment: 'What crosses a wire is built and parsed without sockets, files, clocks or randomness: nothing of Node is needed.',
      severity: 'error',
      from: { path: '^packages/protocol/src/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'adapter-alone',
      comment:
        'An adapter knows its interface and the packages, never another adapter, the edge, the session or the control link.',
      severity: 'error',
      from: { path: '^apps/gateway/src/adapters/([^/]+)/' },
      to: { path: '^apps/gateway/src/', pathNot: ['^apps/gateway/src/adapters/$1/', '^apps/gateway/src/adapters/adapter\\.ts$'] },
    },
    {
      name: 'adapter-packages',
      comment:
        'Of the packages an adapter needs protocol and recording only: it is handed its connections and its activity sink.',
      severity: 'error',
      from: { path: '^apps/gateway/src/adapters/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: '^packages/(protocol|recording)/' },
    },
    {
      name: 'adapter-no-libraries',
      comment: 'An adapter parses what strangers send: only its own bounded code does that, without a logger or an HTTP client.',
      severity: 'error',
      from: { path: '^apps/gateway/src/adapters/', pathNot: TESTS },
      to: { dependencyTypes: ['npm'] },
    },
    {
      name: 'codec-pure',
      comment: 'A codec turns bytes into messages and back; it is fuzzed because nothing else happens in it.',
      severity: 'error',
      from: { path: '^apps/gateway/src/adapters/[^/]+/codec/', pathNot: TESTS },
      to: { path: OUTSIDE_WORLD },
    },
    {
      name: 'adapters-named-once',
      comment: 'Only the composition root names adapters; nothing else in the gateway depends on a protocol.',
      severity: 'error',
      from: { path: '^apps/gateway/src/', pathNot: ['^apps/gateway/src/main\\.ts$', '^apps/gateway/src/adapters/', TESTS] },
      to: { path: '^apps/gateway/src/adapters/[^/]+/' },
    },
    {
      name: 'domain-door',
      comment: 'A domain owns its tables, service and errors; another one comes through its index.',
      severity: 'error',
      from: { path: '^apps/api/src/domains/([^/]+)/', pathNot: TESTS },
      to: { path: '^apps/api/src/domains/', pathNot: ['^apps/api/src/domains/$1/', '^apps/api/src/domains/[^/]+/index\\.ts$'] },
    },
    {
      name: 'domain-door-outside',
      comment: 'Routes, jobs and roles come to a domain through its index, too.',
      severity: 'error',
      from: { path: '^apps/api/src/', pathNot: ['^apps/api/src/domains/', TESTS] },
      to: { path: '^apps/api/src/domains/[^/]+/', pathNot: '^apps/api/src/domains/[^/]+/index\\.ts$' },
    },
    {
      name: 'domains-below-http',
      comment: 'Domains do not know how they are called: no routes, no pages, no roles.',
      severity: 'error',
      from: { path: '^apps/api/src/domains/', pathNot: TESTS },
      to: { path: '^apps/api/src/(http|pages|roles|main\\.ts)' },
    },
    {
      name: 'policy-pure',
      comment: 'A decision is a function of what it is given, so that it can be explained and tested exhaustively.',
      severity: 'error',
      from: { path: '^apps/api/src/domains/policy/', pathNot: TESTS },
      to: { path: [OUTSIDE_WORLD, '^apps/api/src/(db|kms|jobs)/'] },
    },
    {
      name: 'kms-in-vault',
      comment: 'Only the vault role, and what it wires, may use the KMS: the HTTP tier cannot release a credential.',
      severity: 'error',
      from: { path: '^apps/api/src/', pathNot: ['^apps/api/src/kms/', '^apps/api/src/roles/vault(/|\\.ts$)', TESTS] },
      to: { path: '^apps/api/src/kms/' },
    },
    {
      name: 'roles-apart',
      comment:
        'Each role holds keys the others must not reach (log: receipts and checkpoints; vault: the KMS). They meet by links/.',
      severity: 'error',
      from: { path: '^apps/api/src/roles/(api|vault|log)(/|\\.ts$)', pathNot: TESTS },
      to: { path: '^apps/api/src/roles/(api|vault|log)(/|\\.ts$)', pathNot: '^apps/api/src/roles/$1(/|\\.ts$)' },
    },
    {
      name: 'role-insides',
      comment:
        'What signs receipts or opens secrets is wired by its role alone: no route, job or domain takes it from the folder.',
      severity: 'error',
      from: { path: '^apps/api/src/', pathNot: ['^apps/api/src/roles/', TESTS] },
      to: { path: '^apps/api/src/roles/[^/]+/' },
    },
    {
      name: 'agent-without-face',
      comment: 'Agent, CLI and their contract run and bundle without Electron; a face can be closed while tunnels stay open.',
      severity: 'error',
      from: { path: '^apps/desktop/src/(agent|cli|executable|host|local|log-export|open-in|shared|web)/' },
      to: { path: ['^apps/desktop/src/(main|preload|renderer)/', ELECTRON] },
    },
    {
      name: 'open-in-beside',
      comment: 'Recipes for other tools are used by every face that may start programs: they know the contract, not the faces.',
      severity: 'error',
      from: { path: '^apps/desktop/src/open-in/', pathNot: TESTS },
      to: { path: ['^apps/desktop/src/(?!(open-in|local|shared)/)', '^packages/(?!(protocol|program)/)'] },
    },
    {
      name: 'log-export-alone',
      comment: 'Agent and CLI both write the log: what they share reads it through whoever calls the API for them.',
      severity: 'error',
      from: { path: '^apps/desktop/src/log-export/', pathNot: TESTS },
      to: { path: ['^apps/desktop/src/(?!log-export/)', '^packages/(?!(audit-log|protocol)/)'] },
    },
    {
      name: 'app-through-local-api',
      comment:
        'The app is a face: it speaks to the agent through the local API, and shares no more with it than how programs are run.',
      severity: 'error',
      from: { path: '^apps/desktop/src/(main|preload)/', pathNot: TESTS },
      to: { path: '^apps/desktop/src/(agent/(?!program/)|cli/|web/|renderer/)' },
    },
    {
      name: 'electron-at-the-edge',
      comment: 'What decides knows the desktop through an interface, and is tried without one: few files name Electron.',
      severity: 'error',
      from: {
        path: '^apps/desktop/src/',
        pathNot: [TESTS, '^apps/desktop/src/(preload/|main/(main\\.ts|window/|shell/electron-shell\\.ts))'],
      },
      to: { path: ELECTRON, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'preload-alone',
      comment: 'A sandboxed preload passes messages on; what it could do more, a page that broke out could do too.',
      severity: 'error',
      from: { path: '^apps/desktop/src/preload/' },
      to: { path: '^(apps|packages)/', pathNot: ['^apps/desktop/src/main/ipc/channels\\.ts$', '^apps/desktop/src/shared/'] },
    },
    {
      name: 'host-between',
      comment: 'What both hosts of the page share: used by the app and by the agent, and knows neither.',
      severity: 'error',
      from: { path: '^apps/desktop/src/host/', pathNot: TESTS },
      to: { path: ['^apps/desktop/src/(?!(host|local|open-in|shared)/)', '^packages/(?!(protocol|program)/)'] },
    },
    {
      name: 'web-in-the-agent',
      comment: 'The page on loopback is served by the agent, which hands it what it needs; it reaches into no other part.',
      severity: 'error',
      from: { path: '^apps/desktop/src/web/', pathNot: TESTS },
      to: { path: '^apps/desktop/src/(agent/(?!program/)|cli/|main/|renderer/)' },
    },
    {
      name: 'cli-through-local-api',
      comment: 'The CLI is a face: it speaks to the agent through the local API, whose contract lies in shared.',
      severity: 'error',
      from: { path: '^apps/desktop/src/cli/', pathNot: TESTS },
      to: { path: '^apps/desktop/src/agent/' },
    },
    {
      name: 'local-between',
      comment: 'How programs of Node reach the agent: used by the agent and its faces, and knows neither.',
      severity: 'error',
      from: { path: '^apps/desktop/src/local/', pathNot: TESTS },
      to: { path: ['^apps/desktop/src/(?!(local|shared)/)', '^packages/(?!(protocol|program)/)'] },
    },
    {
      name: 'shared-at-the-bottom',
      comment: 'The contract between agent and faces knows neither of them.',
      severity: 'error',
      from: { path: '^apps/desktop/src/shared/', pathNot: TESTS },
      to: { path: ['^apps/desktop/src/(?!shared/)', '^packages/(?!protocol/)'] },
    },
    {
      name: 'renderer-sandboxed',
      comment: 'The renderer knows the contract and protocol only.',
      severity: 'error',
      from: { path: '^apps/desktop/src/renderer/', pathNot: TESTS },
      to: { path: ['^apps/desktop/src/(?!(renderer|shared)/)', '^packages/(?!protocol/)', ELECTRON] },
    },
    {
      name: 'renderer-without-node',
      comment: 'What runs in the sandboxed renderer, and the contract it reads, has no Node beneath it.',
      severity: 'error',
      from: { path: '^apps/desktop/src/(renderer|shared)/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'features-apart',
      comment: 'A screen is read, tested and moved alone: what two of them need is the kit, the data or the texts.',
      severity: 'error',
      from: { path: '^apps/desktop/src/renderer/features/([^/]+)/', pathNot: TESTS },
      to: {
        path: '^apps/desktop/src/renderer/(features|app|stories)/',
        pathNot: ['^apps/desktop/src/renderer/features/$1/', '^apps/desktop/src/renderer/app/screen\\.ts$'],
      },
    },
    {
      name: 'kit-below-screens',
      comment: 'The kit, the data and the texts know no screen; nothing that people get knows a story.',
      severity: 'error',
      from: { path: '^apps/desktop/src/renderer/(ui|data|texts|theme|bridge|app)/', pathNot: TESTS },
      to: {
        path: ['^apps/desktop/src/renderer/(features|stories)/'],
        pathNot: [
          '^apps/desktop/src/renderer/features/[^/]+/screen\\.ts$',
          '^apps/desktop/src/renderer/features/first-run/first-run\\.tsx$',
        ],
      },
    },
  ],
  options: {
    // The default parser needs TypeScript's old JavaScript API, which TypeScript 7 does not have: it would read nothing and pass.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      mainFields: ['module', 'main'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
}
