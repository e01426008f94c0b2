import { randomBytes } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canary, canaryOf } from './canary.ts'
import { withTemporaryDirectory } from './temporary-directory.ts'

const bytes = (minLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength, maxLength: 50 })

test('is found in every encoding, whatever surrounds it', () => {
  fc.assert(
    fc.property(bytes(8), bytes(0), bytes(0), (secret, before, after) => {
      const whole = Buffer.concat([before, secret, after])
      const { findBytes } = canaryOf(secret)
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        const forms = findBytes(Buffer.from(whole.toString(encoding))).map(({ form }) => form)
        expect(forms).toContain(encoding)
      }
      expect(findBytes(whole)).toContainEqual(expect.objectContaining({ form: 'plain' }))
    }),
  )
})

test('is found as UTF-16 and as upper-case hex, with its place', () => {
  const { text, findBytes } = canary()
  expect(findBytes(Buffer.from(`ab${text}`, 'utf16le'))).toContainEqual({ form: 'utf-16le', offset: 4 })
  expect(findBytes(Buffer.from(`ab${text}`, 'utf16le').swap16())).toContainEqual({ form: 'utf-16be', offset: 4 })
  expect(findBytes(Buffer.from(Buffer.from(text).toString('hex').toUpperCase()))).toEqual([{ form: 'HEX', offset: 0 }])
})

test('is not found where it is not', () => {
  const { text, findBytes } = canary()
  expect(findBytes(randomBytes(1_000_000))).toEqual([])
  expect(findBytes(Buffer.from(text.slice(0, -1)))).toEqual([])
  expect(canary().text).not.toBe(text)
})

test('a secret that would be found by chance is refused', () => {
  expect(() => canaryOf('short')).toThrow(/by chance/)
})

test('is found in files, across reads, in names and in link targets', () =>
  withTemporaryDirectory(async (folder) => {
    const { text, searchDirectory } = canary()
    expect(await searchDirectory(folder)).toEqual([])
    await mkdir(join(folder, 'below'))
    const acrossReads = 1024 * 1024 - 10
    await writeFile(
      join(folder, 'below', 'large'),
      Buffer.concat([Buffer.alloc(acrossReads), Buffer.from(text), Buffer.alloc(100)]),
    )
    await writeFile(join(folder, `name-${text}`), '')
    await symlink(`/nowhere/${text}`, join(folder, 'link'))
    await symlink(folder, join(folder, 'loop'))
    const found = await searchDirectory(folder)
    expect(found).toHaveLength(3)
    expect(found).toEqual(
      expect.arrayContaining([
        { path: join(folder, 'below', 'large'), inName: false, form: 'plain', offset: acrossReads },
        { path: join(folder, `name-${text}`), inName: true, form: 'plain', offset: 5 },
        { path: join(folder, 'link'), inName: true, form: 'plain', offset: 9 },
      ]),
    )
  }))

test('a folder that is not there is an error, not a clean one', async () => {
  await expect(canary().searchDirectory('/no/such/folder')).rejects.toMatchObject({ code: 'ENOENT' })
})
