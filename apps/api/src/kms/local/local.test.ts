import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKms } from '../open-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-kms-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const open = async (name: string) => {
  const rootKey = { kind: 'file', path: join(folder, name) } as const
  return (await openKms({ driver: 'local', rootKey })).kms
}

kmsConformance('local, root key in a file', { open: () => open('one.key'), openOther: () => open('two.key') })

describe('the local driver, when the file of its root key', () => {
  const context = { purpose: 'test' }
  const path = () => join(folder, 'faulty.key')
  const restarted = async () =>
    (await openKms({ driver: 'local', rootKey: { kind: 'file', path: path() } }, { isUsed: () => Promise.resolve(true) })).kms

  it.each([
    ['is gone', 'kms_key_missing', () => rm(path())],
    ['can be read by others', 'kms_denied', () => chmod(path(), 0o644)],
    ['was cut', 'kms_key_missing', () => truncate(path(), 31)],
    ['holds another key', 'kms_key_missing', () => writeFile(path(), randomBytes(32))],
  ] as const)('%s, goes on and says %s; a restart opens nothing until it is back', async (_, code, fail) => {
    await rm(path(), { force: true })
    const running = await open('faulty.key')
    const key = randomBytes(32)
    const wrapped = await running.wrap(key, context)
    const kept = await readFile(path())
    await running.stillKept()
    await fail()
    await expect(running.stillKept()).rejects.toMatchObject({ code })
    expect(key.equals(await running.unwrap(wrapped, context))).toBe(true)
    const refusal = restarted().then((kms) => kms.unwrap(wrapped, context))
    await expect(refusal).rejects.toMatchObject({ code: expect.stringMatching(/^(kms_|secret_unavailable$)/) })
    await writeFile(path(), kept, { mode: 0o600 })
    await chmod(path(), 0o600)
    await running.stillKept()
    expect(key.equals(await (await restarted()).unwrap(wrapped, context))).toBe(true)
  })
})
