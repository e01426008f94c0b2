import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkFile } from './check-rules.ts'

const HOME = join(import.meta.dirname, '..')
const OXLINT = join(HOME, 'node_modules', 'oxlint', 'bin', 'oxlint')

interface Planted {
  readonly file: string
  readonly rule: string
  readonly code: string
}

const PLANTED: readonly Planted[] = [
  {
    file: 'apps/gateway/src/floating.ts',
    rule: 'typescript(no-floating-promises)',
    code: 'const send = async () => 1\nexport const run = () => {\n  send()\n}\n',
  },
  {
    file: 'apps/gateway/src/voided.ts',
    rule: 'typescript(no-floating-promises)',
    code: 'const send = async () => 1\nexport const run = () => {\n  void send()\n}\n',
  },
  {
    file: 'apps/gateway/src/misused.ts',
    rule: 'typescript(no-misused-promises)',
    code: 'const allowed = async () => true\nexport const run = () => {\n  if (allowed()) return 1\n  return 2\n}\n',
  },
  {
    file: 'apps/gateway/src/thenable.ts',
    rule: 'typescript(await-thenable)',
    code: 'export const run = async () => await 1\n',
  },
  {
    file: 'apps/gateway/src/exhaustive.ts',
    rule: 'typescript(switch-exhaustiveness-check)',
    code: "export const run = (way: 'up' | 'down') => {\n  switch (way) {\n    case 'up':\n      return 1\n  }\n  return 2\n}\n",
  },
  {
    file: 'apps/gateway/src/any.ts',
    rule: 'typescript(no-explicit-any)',
    code: 'export const run = (value: any): unknown => value\n',
  },
  {
    file: 'apps/gateway/src/unsafe.ts',
    rule: 'typescript(no-unsafe-member-access)',
    code: "export const name: unknown = JSON.parse('{}').name\n",
  },
  { file: 'apps/gateway/src/console.ts', rule: 'eslint(no-console)', code: "console.log('a secret')\nexport {}\n" },
  { file: 'apps/gateway/src/default.ts', rule: 'import(no-default-export)', code: 'export default 1\n' },
  {
    file: 'apps/gateway/src/params.ts',
    rule: 'eslint(max-params)',
    code: 'export const run = (a: number, b: number, c: number, d: number) => a + b + c + d\n',
  },
  {
    file: 'packages/protocol/src/clock.ts',
    rule: 'eslint(no-restricted-properties)',
    code: 'export const now = () => Date.now()\n',
  },
  {
    file: 'packages/protocol/src/timer.ts',
    rule: 'eslint(no-restricted-globals)',
    code: 'export const later = (run: () => void) => setTimeout(run, 1)\n',
  },
  {
    file: 'packages/protocol/src/only.test.ts',
    rule: 'vitest(no-focused-tests)',
    code: "import { test } from 'vitest'\ntest.only('x', () => {})\n",
  },
]

/** What the same rules let through. */
const HONEST: Readonly<Record<string, string>> = {
  'apps/desktop/src/cli/print.ts': "console.log('done')\nexport {}\n",
  'apps/gateway/src/handled.ts':
    'const send = async () => 1\nexport const run = (fail: (error: unknown) => void) => {\n  send().catch(fail)\n}\n',
  'apps/gateway/src/whole.ts':
    "export const run = (way: 'up' | 'down') => {\n  switch (way) {\n    case 'up':\n      return 1\n    case 'down':\n      return 2\n  }\n}\n",
  'tool.config.ts': 'export default {}\n',
}

interface Diagnostic {
  readonly code: string
  readonly filename: string
}

describe('lint rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-lint-'))
  let diagnostics: readonly Diagnostic[]

  beforeAll(() => {
    for (const file of ['.oxlintrc.json', 'tsconfig.base.json']) copyFileSync(join(HOME, file), join(folder, file))
    symlinkSync(join(HOME, 'node_modules'), join(folder, 'node_modules'), 'junction')
    writeFileSync(join(folder, 'tsconfig.json'), '{ "extends": "./tsconfig.base.json", "include": ["packages", "apps", "*.ts"] }')
    const files = [...PLANTED.map(({ file, code }) => [file, code] as const), ...Object.entries(HONEST)]
    for (const [file, code] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), code)
    }
    const { stdout } = spawnSync(process.execPath, [OXLINT, '--format', 'json'], { cwd: folder, encoding: 'utf8' })
    diagnostics = (JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.for(PLANTED)('$rule bites in $file', ({ file, rule }) => {
    expect(diagnostics.filter(({ filename }) => filename.replaceAll('\\', '/') === file).map(({ code }) => code)).toContain(rule)
  })

  test('let honest code through', () => {
    expect(diagnostics.filter(({ filename }) => HONEST[filename.replaceAll('\\', '/')] !== undefined)).toEqual([])
  })
})

describe('house rules', () => {
  const rulesBrokenBy = (file: string, content: string): string[] => checkFile(file, content).map(({ rule }) => rule)

  test.for([
    'const options = { rejectUnauthorized: false }',
    'options.rejectUnauthorized = insecure',
    'const options = { rejectUnauthorized }',
    "const options = { ['rejectUnauthorized']: false }",
    "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'",
    "const url = 'postgresql://localhost/shop?sslmode=no-verify'",
  ])('refuse to switch certificate checks off: %s', (code) => {
    expect(rulesBrokenBy('apps/gateway/src/upstream/connect.ts', code)).toEqual(['tls-verification'])
    expect(rulesBrokenBy('e2e/postgres/tls.test.ts', code)).toEqual(['tls-verification'])
  })

  test('let nobody else decide who a certificate belongs to', () => {
    const code = 'const options = { checkServerIdentity: () => undefined }'
    expect(rulesBrokenBy('apps/gateway/src/upstream/connect.ts', code)).toEqual(['tls-identity'])
    expect(rulesBrokenBy('packages/transport/src/tls/secure-duplex.ts', code)).toEqual([])
    expect(rulesBrokenBy('packages/transport/src/tls/secure-duplex.ts', 'rejectUnauthorized: false,')).toEqual([
      'tls-verification',
    ])
  })

  test('let certificate checks be demanded', () => {
    expect(
      rulesBrokenBy('apps/gateway/src/edge/listen.ts', 'const options = { requestCert: true, rejectUnauthorized: true }'),
    ).toEqual([])
  })

  test('let only the pinned upstream replace certificate checks', () => {
    expect(rulesBrokenBy('apps/gateway/src/upstream/pinned-tls.ts', 'rejectUnauthorized: false,')).toEqual([])
  })

  test('let a test switch certificate checks off only when it says why', () => {
    const justified = '// tls-verification: the attacker does not care who the gateway is\nrejectUnauthorized: false,'
    expect(rulesBrokenBy('e2e/claims/T1-downgrade.test.ts', justified)).toEqual([])
    expect(rulesBrokenBy('apps/desktop/src/agent/dial.ts', justified)).toEqual(['tls-verification'])
  })

  test.for([
    ['decorator', 'apps/api/src/a.ts', '  @injectable()'],
    ['import-extension', 'apps/api/src/a.ts', "import { a } from './b.js'"],
    ['import-extension', 'apps/api/src/a.ts', "export * from '../b'"],
    ['import-extension', 'apps/api/src/a.ts', "const b = await import('./b')"],
    ['pure-clock', 'packages/protocol/src/a.ts', 'const now = new Date()'],
    ['registry-host', 'docs/a.md', ['https://registry', 'npmjs', 'org/ws'].join('.')],
  ])('%s is refused in %s: %s', ([rule, file, code]) => {
    expect(rulesBrokenBy(file!, code!)).toEqual([rule])
  })

  test.for([
    ['apps/api/src/a.ts', "import { a } from './b.ts'"],
    ['apps/api/src/a.ts', ' * @returns nothing'],
    ['packages/protocol/src/a.test.ts', 'const now = new Date()'],
    ['packages/protocol/src/a.ts', 'const at = new Date(milliseconds)'],
  ])('%s may contain: %s', ([file, code]) => {
    expect(rulesBrokenBy(file!, code!)).toEqual([])
  })
})
