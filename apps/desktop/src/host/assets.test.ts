import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { readAssets } from './assets.ts'
import { pageHeaders } from './page-headers.ts'

const built = async () => {
  const folder = await makeTemporaryDirectory()
  const inside = join(folder.path, 'renderer')
  await mkdir(join(inside, 'assets'), { recursive: true })
  await writeFile(join(inside, 'index.html'), '<!doctype html>')
  await writeFile(join(inside, 'assets', 'index.js'), 'export {}')
  await writeFile(join(inside, 'assets', 'index.js.map'), '{}')
  await writeFile(join(folder.path, 'secret.json'), '{}')
  await symlink(join(folder.path, 'secret.json'), join(inside, 'linked.json'))
  return { folder, inside }
}

test('files of the build are found by their path', async () => {
  const { folder, inside } = await built()
  const assets = await readAssets(inside)
  expect(assets.find('/assets/index.js')).toMatchObject({ type: 'text/javascript; charset=utf-8' })
  for (const place of ['/', '/index.html']) expect(assets.find(place)?.body.toString()).toBe('<!doctype html>')
  await folder.remove()
})

test.for([
  '/../secret.json',
  '/assets/../../secret.json',
  '/%2e%2e/secret.json',
  '/..%2fsecret.json',
  '/assets/..\\..\\secret.json',
  '//secret.json',
  '/linked.json',
  '/assets/index.js.map',
  '/absent.js',
  '/resources',
  '/assets',
  '',
])('%j finds nothing', async (path) => {
  const { folder, inside } = await built()
  expect((await readAssets(inside)).find(path)).toBeNull()
  await folder.remove()
})

test('a folder without a page is refused', async () => {
  const folder = await makeTemporaryDirectory()
  await expect(readAssets(folder.path)).rejects.toThrow(/index\.html/)
  await folder.remove()
})

test('the page may run its own files only, and make no markup of strings', () => {
  const policy = pageHeaders('electron')['content-security-policy']
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
})
