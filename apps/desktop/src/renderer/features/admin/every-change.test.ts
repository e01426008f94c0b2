import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { previewable, previewNameOf, routes } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'

const features = join(import.meta.dirname, '..')
const changes = Object.entries(routes)
  .filter(([, { method, permission }]) => method !== 'GET' && permission !== null)
  .map(([name]) => name)

test('whatever roles let people change can be changed in the app', async () => {
  const named = new Set<string>()
  for await (const file of glob(`${features}/**/*.{ts,tsx}`)) {
    if (file.endsWith('.test.ts')) continue
    for (const [, name] of (await readFile(file, 'utf8')).matchAll(/['"](\w+)['"]/g)) named.add(name!)
  }
  // The dialog that asks before a change asks for its preview.
  const previews = new Set<string>(previewable.map(previewNameOf))
  expect(changes.length).toBeGreaterThan(40)
  expect(changes.filter((name) => !named.has(name) && !previews.has(name))).toEqual([])
})
