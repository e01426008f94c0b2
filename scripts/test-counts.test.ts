import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestCounts } from './test-counts.ts'

const HOME = join(import.meta.dirname, '..')

/** Every way in which a test can end. */
const ENDINGS = `
import { beforeAll, describe, expect, test } from 'vitest'
test('passes', () => {})
test('fails', () => expect(1).toBe(2))
test('says why it is skipped', (context) => context.skip('needs a moon'))
test.skip('is skipped in silence', () => {})
test.skip('cites something (RFC 9421)', () => {})
test.skip('says it in its name (needs a sun)', () => {})
describe.skip('a group that says it (runs on Mars only)', () => test('not here', () => {}))
test.todo('is not written')
describe('a group whose preparation fails', () => {
  beforeAll(() => { throw new Error('no server') })
  test('cannot run', () => {})
})
`

describe('test counts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-counts-'))
  let counts: readonly TestCounts[]

  beforeAll(() => {
    symlinkSync(join(HOME, 'node_modules'), join(folder, 'node_modules'), 'junction')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'endings.test.ts'), ENDINGS)
    writeFileSync(join(folder, 'broken.test.ts'), "throw new Error('does not load')\n")
    writeFileSync(
      join(folder, 'vitest.config.ts'),
      `import { testCountsReporter } from ${JSON.stringify(join(HOME, 'scripts', 'test-counts.ts'))}\n` +
        `export default { test: { reporters: [testCountsReporter('counts.json')] } }\n`,
    )
    spawnSync(process.execPath, [join(HOME, 'node_modules', 'vitest', 'vitest.mjs'), 'run'], { cwd: folder, encoding: 'utf8' })
    counts = JSON.parse(readFileSync(join(folder, 'counts.json'), 'utf8')) as TestCounts[]
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('count what passed, file by file', () => {
    expect(new Map(counts.map(({ file, passed }) => [file, passed]))).toEqual(
      new Map([
        ['broken.test.ts', 0],
        ['endings.test.ts', 1],
      ]),
    )
  })

  test('name a skipped test with its reason', () => {
    expect(counts.flatMap(({ skipped }) => skipped)).toEqual([
      { test: 'endings.test.ts > says why it is skipped', reason: 'needs a moon' },
      { test: 'endings.test.ts > says it in its name (needs a sun)', reason: 'needs a sun' },
      { test: 'endings.test.ts > a group that says it (runs on Mars only) > not here', reason: 'runs on Mars only' },
    ])
  })

  test.for([
    'endings.test.ts > fails',
    'endings.test.ts > is skipped in silence: skipped without a reason',
    'endings.test.ts > cites something (RFC 9421): skipped without a reason',
    'endings.test.ts > is not written: skipped without a reason',
    'endings.test.ts > a group whose preparation fails: no server',
    'broken.test.ts: does not load',
  ])('count as failed: %s', (failure) => {
    const failures = counts.flatMap((file) => file.failures)
    expect(failures.filter((line) => line.startsWith(failure))).toHaveLength(1)
  })
})
