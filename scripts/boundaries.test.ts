import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BoundaryReport, checkBoundaries, checkPackages } from './check-boundaries.ts'

const HOME = join(import.meta.dirname, '..')

interface Planted {
  readonly from: string
  readonly imports: string
  /** Where the import leads, when something of ours has to lie there. */
  readonly to?: string
}

/** For each rule an import that it must refuse. */
const PLANTED: Readonly<Record<string, Planted>> = {
  'no-cycles': { from: 'apps/api/src/jobs/ouroboros.ts', imports: './tail.ts', to: 'apps/api/src/jobs/tail.ts' },
  'resolvable': { from: 'apps/api/src/jobs/dangling.ts', imports: './absent.ts' },
  'declared': { from: 'packages/recording/src/hoisted.ts', imports: 'undeclared' },
  'test-tools-in-tests': { from: 'apps/api/src/jobs/tested.ts', imports: 'vitest' },
  'apps-apart': {
    from: 'apps/gateway/src/control/peek.ts',
    imports: '../../../api/src/jobs/shown.ts',
    to: 'apps/api/src/jobs/shown.ts',
  },
  'packages-below-apps': {
    from: 'packages/transport/src/up.ts',
    imports: '../../../apps/api/src/jobs/shown.ts',
    to: 'apps/api/src/jobs/shown.ts',
  },
  'black-box': { from: 'e2e/inside.ts', imports: '../apps/api/src/jobs/shown.ts', to: 'apps/api/src/jobs/shown.ts' },
  'package-order': {
    from: 'packages/recording/src/sideways.ts',
    imports: '../../transport/src/index.ts',
    to: 'packages/transport/src/index.ts',
  },
  'protocol-pure': { from: 'packages/protocol/src/socket.ts', imports: 'node:net' },
  'adapter-alone': {
    from: 'apps/gateway/src/adapters/redis/server.ts',
    imports: '../postgres/server.ts',
    to: 'apps/gateway/src/adapters/postgres/server.ts',
  },
  'adapter-packages': {
    from: 'apps/gateway/src/adapters/redis/dial.ts',
    imports: '../../../../../packages/transport/src/index.ts',
    to: 'packages/transport/src/index.ts',
  },
  'adapter-no-libraries': { from: 'apps/gateway/src/adapters/redis/log.ts', imports: 'declared' },
  'codec-pure': { from: 'apps/gateway/src/adapters/redis/codec/reader.ts', imports: 'node:fs' },
  'adapters-named-once': {
    from: 'apps/gateway/src/session/shortcut.ts',
    imports: '../adapters/postgres/server.ts',
    to: 'apps/gateway/src/adapters/postgres/server.ts',
  },
  'domain-door': {
    from: 'apps/api/src/domains/users/nosy.ts',
    imports: '../leases/store.ts',
    to: 'apps/api/src/domains/leases/store.ts',
  },
  'domain-door-outside': {
    from: 'apps/api/src/http/nosy.ts',
    imports: '../domains/leases/store.ts',
    to: 'apps/api/src/domains/leases/store.ts',
  },
  'domains-below-http': {
    from: 'apps/api/src/domains/users/upward.ts',
    imports: '../../http/routes.ts',
    to: 'apps/api/src/http/routes.ts',
  },
  'policy-pure': { from: 'apps/api/src/domains/policy/asks.ts', imports: 'node:fs' },
  'kms-in-vault': { from: 'apps/api/src/http/opens.ts', imports: '../kms/local/index.ts', to: 'apps/api/src/kms/local/index.ts' },
  'roles-apart': {
    from: 'apps/api/src/roles/vault/forges.ts',
    imports: '../log/receipt-signer.ts',
    to: 'apps/api/src/roles/log/receipt-signer.ts',
  },
  'role-insides': {
    from: 'apps/api/src/http/forges.ts',
    imports: '../roles/log/receipt-signer.ts',
    to: 'apps/api/src/roles/log/receipt-signer.ts',
  },
  'agent-without-face': {
    from: 'apps/desktop/src/agent/shows.ts',
    imports: '../main/window.ts',
    to: 'apps/desktop/src/main/window.ts',
  },
  'local-between': {
    from: 'apps/desktop/src/local/reaches.ts',
    imports: '../agent/agent.ts',
    to: 'apps/desktop/src/agent/agent.ts',
  },
  'open-in-beside': {
    from: 'apps/desktop/src/open-in/reaches.ts',
    imports: '../agent/agent.ts',
    to: 'apps/desktop/src/agent/agent.ts',
  },
  'log-export-alone': {
    from: 'apps/desktop/src/log-export/reaches.ts',
    imports: '../agent/agent.ts',
    to: 'apps/desktop/src/agent/agent.ts',
  },
  'app-through-local-api': {
    from: 'apps/desktop/src/main/reaches.ts',
    imports: '../agent/identity/keys.ts',
    to: 'apps/desktop/src/agent/identity/keys.ts',
  },
  'electron-at-the-edge': {
    from: 'apps/desktop/src/main/tray/draws.ts',
    imports: 'electron',
  },
  'preload-alone': {
    from: 'apps/desktop/src/preload/knows.ts',
    imports: '../main/settings/settings.ts',
    to: 'apps/desktop/src/main/settings/settings.ts',
  },
  'host-between': {
    from: 'apps/desktop/src/host/reaches.ts',
    imports: '../agent/host.ts',
    to: 'apps/desktop/src/agent/host.ts',
  },
  'web-in-the-agent': {
    from: 'apps/desktop/src/web/reaches.ts',
    imports: '../agent/web.ts',
    to: 'apps/desktop/src/agent/web.ts',
  },
  'cli-through-local-api': {
    from: 'apps/desktop/src/cli/reaches.ts',
    imports: '../agent/keys.ts',
    to: 'apps/desktop/src/agent/keys.ts',
  },
  'shared-at-the-bottom': {
    from: 'apps/desktop/src/shared/knows.ts',
    imports: '../agent/keys.ts',
    to: 'apps/desktop/src/agent/keys.ts',
  },
  'renderer-sandboxed': {
    from: 'apps/desktop/src/renderer/reaches.ts',
    imports: '../agent/keys.ts',
    to: 'apps/desktop/src/agent/keys.ts',
  },
  'features-apart': {
    from: 'apps/desktop/src/renderer/features/audit/page.tsx',
    imports: '../requests/form.ts',
    to: 'apps/desktop/src/renderer/features/requests/form.ts',
  },
  'kit-below-screens': {
    from: 'apps/desktop/src/renderer/ui/list.tsx',
    imports: '../features/requests/form.ts',
    to: 'apps/desktop/src/renderer/features/requests/form.ts',
  },
  'renderer-without-node': { from: 'apps/desktop/src/renderer/reads.ts', imports: 'node:fs' },
}

/** What the rules must let through, so that none of them simply refuses everything. */
const HONEST: readonly Planted[] = [
  {
    from: 'apps/gateway/src/main.ts',
    imports: './adapters/postgres/index.ts',
    to: 'apps/gateway/src/adapters/postgres/index.ts',
  },
  { from: 'apps/gateway/src/adapters/mysql/server.ts', imports: '../adapter.ts', to: 'apps/gateway/src/adapters/adapter.ts' },
  { from: 'apps/gateway/src/adapters/mysql/codec/hash.ts', imports: 'node:crypto' },
  { from: 'apps/api/src/domains/roles/service.ts', imports: '../grants/index.ts', to: 'apps/api/src/domains/grants/index.ts' },
  { from: 'apps/api/src/roles/vault.ts', imports: '../kms/local/index.ts', to: 'apps/api/src/kms/local/index.ts' },
  { from: 'apps/api/src/roles/log.ts', imports: './log/receipt-signer.ts', to: 'apps/api/src/roles/log/receipt-signer.ts' },
  { from: 'apps/api/src/main.ts', imports: './roles/log.ts' },
  { from: 'apps/desktop/src/cli/uses.ts', imports: '../shared/contract.ts', to: 'apps/desktop/src/shared/contract.ts' },
  { from: 'packages/recording/src/below.ts', imports: '@sallyport/protocol' },
  { from: 'packages/transport/src/wire.test.ts', imports: 'vitest' },
  { from: 'packages/transport/src/testing/pair.ts', imports: 'vitest' },
  { from: 'apps/api/src/db/rows.test.ts', imports: './testing.ts', to: 'apps/api/src/db/testing.ts' },
]

function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

/** A repository in small: the real rules, packages that do nothing. */
function smallRepository(root: string, planted: readonly Planted[]): void {
  const manifest = (name: string, dependencies: Readonly<Record<string, string>>): string =>
    JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './src/index.ts', dependencies })
  const library = (name: string): string => JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' })
  writeTree(root, {
    'package.json': JSON.stringify({ name: 'small', private: true, workspaces: ['packages/*', 'apps/*'] }),
    'packages/protocol/package.json': manifest('@sallyport/protocol', {}),
    'packages/protocol/src/index.ts': 'export const protocol = 1\n',
    'packages/transport/package.json': manifest('@sallyport/transport', { '@sallyport/protocol': '*' }),
    'packages/transport/src/index.ts': 'export const transport = 1\n',
    'packages/recording/package.json': manifest('@sallyport/recording', { '@sallyport/protocol': '*' }),
    'packages/recording/src/index.ts': 'export const recording = 1\n',
    ...Object.fromEntries(
      ['api', 'gateway', 'desktop'].map((app) => [`apps/${app}/package.json`, manifest(app, { declared: '1.0.0' })]),
    ),
    ...Object.fromEntries(
      ['declared', 'undeclared', 'vitest'].flatMap((name) => [
        [`node_modules/${name}/package.json`, library(name)],
        [`node_modules/${name}/index.js`, 'export const value = 1\n'],
      ]),
    ),
  })
  mkdirSync(join(root, 'node_modules/@sallyport'), { recursive: true })
  for (const name of ['protocol', 'transport', 'recording']) {
    symlinkSync(join(root, 'packages', name), join(root, 'node_modules/@sallyport', name), 'junction')
  }
  const content = new Map<string, string>()
  for (const { from, imports, to } of planted) {
    if (to !== undefined && !content.has(to) && !to.endsWith('/src/index.ts')) content.set(to, 'export const value = 1\n')
    // Imports stand beside whatever else a file may hold; the last is syntax that not every parser of imports knows.
    const before = content.get(from) ?? 'export async function use() {\n  await using resource = null\n  return resource\n}\n'
    content.set(from, `${before}import '${imports}'\n`)
  }
  // The second half of the circle.
  if (content.has('apps/api/src/jobs/tail.ts')) content.set('apps/api/src/jobs/tail.ts', "import './ouroboros.ts'\n")
  writeTree(root, Object.fromEntries(content))
}

describe('import rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-boundaries-'))
  let broken: BoundaryReport
  let honest: BoundaryReport

  beforeAll(async () => {
    smallRepository(join(folder, 'broken'), Object.values(PLANTED))
    smallRepository(join(folder, 'honest'), HONEST)
    broken = await checkBoundaries(join(folder, 'broken'))
    honest = await checkBoundaries(join(folder, 'honest'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.for(Object.entries(PLANTED))('%s refuses a planted violation', ([rule, { from }]) => {
    const found = broken.violations.filter((violation) => violation.rule === rule).map((violation) => violation.from)
    expect(found).toContain(from)
  })

  test('every rule has a planted violation and a reason', () => {
    const configuration = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
      forbidden: readonly { readonly name: string; readonly comment?: string; readonly severity: string }[]
    }
    expect(configuration.forbidden.map(({ name }) => name).toSorted()).toEqual(Object.keys(PLANTED).toSorted())
    for (const { name, comment, severity } of configuration.forbidden) {
      expect(comment?.length, `${name} says why`).toBeGreaterThan(20)
      expect(severity, name).toBe('error')
    }
  })

  test('let honest imports through', () => {
    expect(honest.violations).toEqual([])
    expect(honest.unread).toEqual([])
  })
})

describe('package rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-packages-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Two packages, one depending on the other, under the tags of this repository. */
  function twoPackages(name: string, tags: { readonly user: string; readonly used: string }): string {
    const root = join(folder, name)
    writeTree(root, {
      'package.json': JSON.stringify({ name: 'small', private: true, packageManager: 'npm@11.19.1', workspaces: ['parts/*'] }),
      'package-lock.json': JSON.stringify({ name: 'small', lockfileVersion: 3, packages: {} }),
      'turbo.json': readFileSync(join(HOME, 'turbo.json'), 'utf8'),
      'parts/user/package.json': JSON.stringify({ name: 'user', version: '1.0.0', dependencies: { used: '*' } }),
      'parts/user/turbo.json': JSON.stringify({ extends: ['//'], tags: [tags.user] }),
      'parts/user/index.ts': "import 'used'\n",
      'parts/used/package.json': JSON.stringify({ name: 'used', version: '1.0.0' }),
      'parts/used/turbo.json': JSON.stringify({ extends: ['//'], tags: [tags.used] }),
      'parts/used/index.ts': 'export const value = 1\n',
    })
    return root
  }

  test.for([
    ['an app', 'another app', 'app', 'app'],
    ['a package', 'an app', 'foundation', 'app'],
    ['protocol', 'another package', 'protocol', 'foundation'],
    ['a foundation package', 'another one', 'foundation', 'foundation'],
  ] as const)('%s may not depend on %s', ([, , user, used]) => {
    const { ok, output } = checkPackages(twoPackages(`${user}-${used}`, { user, used }))
    expect(output).toContain('used')
    expect(ok).toBe(false)
  })

  test.for([
    ['app', 'foundation'],
    ['app', 'protocol'],
    ['foundation', 'protocol'],
  ] as const)('%s may depend on %s', ([user, used]) => {
    const { ok, output } = checkPackages(twoPackages(`${user}-${used}`, { user, used }))
    expect(output).toContain('no issues found')
    expect(ok).toBe(true)
  })
})
