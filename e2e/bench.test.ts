/** The bench measures and reports; how fast anything is, is no test's business. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram, skipReason, withTemporaryDirectory } from '@sallyport/testkit'
import { expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../bench/run.ts', import.meta.url))
const missing = skipReason({ programs: ['psql', 'pgbench'], platforms: ['linux'] })

test.skipIf(missing !== null)('the bench prints tables and writes a flat list', async () => {
  await withTemporaryDirectory(async (folder) => {
    const json = join(folder, 'figures.json')
    const args = [entry, '--quick', '--only', 'direct,raw,opens', '--json', json]
    const { code, stdout, stderr } = await runProgram({ command: process.execPath, args, timeoutMs: 240_000 })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/^Connections per second with one byte there and back, 4 clients \(higher is better\)$/m)
    expect(stdout).toMatch(/^ {2}raw +[\d.]+ /m)
    const figures = JSON.parse(await readFile(json, 'utf8')) as Record<string, unknown>[]
    expect(figures).toContainEqual({
      name: 'opens/raw',
      value: expect.any(Number),
      unit: '/s',
      versus: 'direct',
      ratio: expect.any(Number),
    })
    expect(figures).toContainEqual({ name: 'opens/direct', value: expect.any(Number), unit: '/s', versus: null, ratio: null })
    for (const { value } of figures) expect(value).toBeGreaterThan(0)
  })
})
