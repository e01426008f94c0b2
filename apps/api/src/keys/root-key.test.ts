import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram, secretService, secretServiceSkipReason } from '@sallyport/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkRootKey, loadRootKey } from './root-key.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-root-key-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const never = () => Promise.resolve(false)
const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex')

describe('a root key in a file', () => {
  it('is made once, readable by its account only, and comes with a warning', async () => {
    const source = { kind: 'file', path: join(folder, 'a', 'root.key') } as const
    const [first, second] = [await loadRootKey(source), await loadRootKey(source)]
    expect(hex(first.key)).toBe(hex(second.key))
    expect((await stat(source.path)).mode & 0o777).toBe(0o600)
    expect(first.warning).toContain(source.path)
    expect(JSON.stringify({ id: first.id, warning: first.warning, protection: first.protection })).not.toContain(hex(first.key))
  })

  it('is the same for programs that start at the same time, and nothing else is left behind', async () => {
    const source = { kind: 'file', path: join(folder, 'root.key') } as const
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadRootKey(source)))
    expect(new Set(keys.map(({ key }) => hex(key))).size).toBe(1)
    expect(await readdir(folder)).toEqual(['root.key'])
  })

  it('is refused when others can read it, when it is a link, and when it is damaged', async () => {
    const source = { kind: 'file', path: join(folder, 'root.key') } as const
    await loadRootKey(source)
    await chmod(source.path, 0o640)
    await expect(loadRootKey(source)).rejects.toThrow('can be read by others')
    await chmod(source.path, 0o600)
    await symlink(source.path, join(folder, 'link'))
    await expect(loadRootKey({ kind: 'file', path: join(folder, 'link') })).rejects.toMatchObject({ code: 'kms_denied' })
    await truncate(source.path, 31)
    await expect(loadRootKey(source)).rejects.toThrow('damaged')
  })

  it('that is gone is followed by no other one, where something rests under it', async () => {
    const source = { kind: 'file', path: join(folder, 'root.key') } as const
    await loadRootKey(source)
    await rm(source.path)
    await expect(loadRootKey(source, never)).rejects.toMatchObject({ code: 'kms_key_missing' })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a root key of a passphrase', () => {
  const source = (passphrase: string) => ({ kind: 'passphrase', path: join(folder, 'root.json'), passphrase }) as const

  it('is the same for the same passphrase, refused for another one, and not in the file', async () => {
    const first = await loadRootKey(source('correct horse battery'))
    const second = await loadRootKey(source('correct horse battery'))
    expect(hex(first.key)).toBe(hex(second.key))
    await expect(loadRootKey(source('correct horse batterz'))).rejects.toMatchObject({
      code: 'kms_denied',
      message: `The passphrase of the root key is wrong: it is not that of ${join(folder, 'root.json')}`,
    })
    const file = await readFile(join(folder, 'root.json'), 'utf8')
    expect(file).not.toContain(Buffer.from(first.key).toString('base64url'))
    expect(first.warning).toBeNull()

    await expect(checkRootKey(source('not needed'), first)).resolves.toBeUndefined()
    await writeFile(join(folder, 'root.json'), file.slice(0, -10))
    await expect(checkRootKey(source('not needed'), first)).rejects.toMatchObject({ code: 'kms_key_missing' })
    await expect(loadRootKey(source('correct horse battery'))).rejects.toMatchObject({ code: 'kms_key_missing' })
    await rm(join(folder, 'root.json'))
    await expect(checkRootKey(source('not needed'), first)).rejects.toMatchObject({ code: 'kms_key_missing' })
    await expect(loadRootKey(source('correct horse battery'), never)).rejects.toMatchObject({ code: 'kms_key_missing' })
  })

  it('is not made of a short passphrase, nor of weakened parameters', async () => {
    await expect(loadRootKey(source('short'))).rejects.toThrow('at least 12')
    await loadRootKey(source('correct horse battery'))
    const file = JSON.parse(await readFile(join(folder, 'root.json'), 'utf8')) as object
    await writeFile(join(folder, 'root.json'), JSON.stringify({ ...file, N: 2 }))
    await expect(loadRootKey(source('correct horse battery'))).rejects.toThrow('too_small')
  })
})

describe.skipIf(secretServiceSkipReason() !== null)('a root key in the keychain', () => {
  /** `mayMake` as an expression. */
  const program = (mayMake: string): string => `
    import { checkRootKey, loadRootKey } from ${JSON.stringify(join(import.meta.dirname, 'root-key.ts'))}
    const source = { kind: 'keychain', service: 'sallyport-test', account: 'vault' }
    try {
      const root = await loadRootKey(source, async () => ${mayMake})
      await checkRootKey(source, root)
      process.stdout.write(JSON.stringify({ key: Buffer.from(root.key).toString('hex'), warning: root.warning }))
    } catch ({ code, message }) {
      process.stdout.write(JSON.stringify({ code, message }))
    }`
  const load = (env: NodeJS.ProcessEnv, mayMake = 'true') =>
    runProgram({ command: process.execPath, args: ['--input-type=module', '--eval', program(mayMake)], env })

  it('is made once, where it may be, and found again; a locked keychain is an error until it is unlocked', async () => {
    const keychain = await secretService()
    try {
      expect(JSON.parse((await load(keychain.env, 'false')).stdout)).toMatchObject({ code: 'kms_key_missing' })
      const [first, second] = [await load(keychain.env), await load(keychain.env)]
      expect(first.stderr).toBe('')
      expect(JSON.parse(first.stdout)).toEqual({ key: expect.stringMatching(/^[0-9a-f]{64}$/), warning: null })
      expect(second.stdout).toBe(first.stdout)
      await keychain.lock()
      const locked = await load(keychain.env)
      expect(JSON.parse(locked.stdout)).toEqual({ code: 'kms_sealed', message: expect.stringContaining('keychain') })
      await keychain.unlock()
      expect((await load(keychain.env)).stdout).toBe(first.stdout)
    } finally {
      await keychain.stop()
    }
  })
})
