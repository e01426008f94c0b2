import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const HOME = join(import.meta.dirname, '..')
const COMPILER = join(HOME, 'node_modules', 'typescript', 'bin', 'tsc')
const PLATFORM = join(HOME, 'packages/protocol/web-platform.d.ts')

/** What a pure layer must not even compile with. */
const PLANTED: Readonly<Record<string, string>> = {
  'node.ts': "import 'node:net'\nimport { connect } from 'node:net'\nexport const open = connect\n",
  'buffer.ts': "export const bytes = Buffer.from('a')\n",
  'environment.ts': 'export const home = process.env\n',
  'timer.ts': 'export const later = (run: () => void) => setTimeout(run, 1)\n',
  'fetch.ts': "export const page = fetch('https://example.org')\n",
  'random.ts': 'export const random = crypto.getRandomValues(new Uint8Array(8))\n',
  'page.ts': 'export const title = document.title\n',
}
const HONEST = { 'honest.ts': "export const bytes = new TextEncoder().encode('a')\n" }

describe.for(['packages/protocol/tsconfig.json', 'apps/desktop/tsconfig.shared.json'])('the layer of %s', (layer) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-layers-'))
  let output: string

  beforeAll(() => {
    for (const [file, code] of Object.entries({ ...PLANTED, ...HONEST })) writeFileSync(join(folder, file), code)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const project = { extends: join(HOME, layer), include: ['*.ts', PLATFORM], exclude: [] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project))
    output = spawnSync(process.execPath, [COMPILER, '-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' }).stdout
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.for(Object.keys(PLANTED))('does not compile %s', (file) => {
    expect(output).toContain(`${file}(`)
  })

  test('compiles text and bytes', () => {
    expect(output).not.toContain('honest.ts(')
  })
})
