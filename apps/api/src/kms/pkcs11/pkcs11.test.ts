import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serviceKms } from '../service-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'
import { quick } from '../testing/quick-patience.ts'
import { type Pkcs11Options, pkcs11Service } from './pkcs11.ts'
import { softHsmSkipReason, startSoftHsm } from './testing.ts'

describe.skipIf(softHsmSkipReason() !== null)('over SoftHSM', () => {
  let folder: string
  let token: Awaited<ReturnType<typeof startSoftHsm>>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-hsm-'))
    token = await startSoftHsm(folder)
    await token.createKey('one')
    await token.createKey('two')
  })
  afterAll(() => rm(folder, { recursive: true }))

  const open = (key: string, other: Partial<Pkcs11Options> = {}) =>
    serviceKms({ present: pkcs11Service({ ...token.options, key, ...other }), patience: quick })
  const context = { purpose: 'secret', organization: 'a', version: 7 }
  const key = randomBytes(32)

  kmsConformance('PKCS #11', {
    open: async () => open('one'),
    openOther: async () => open('two'),
    rotateKey: () => token.createKey('one'),
  })

  it('serves many at once', async () => {
    const kms = open('one')
    const wrapped = await Promise.all(Array.from({ length: 20 }, () => kms.wrap(key, context)))
    const opened = await Promise.all(wrapped.map((bytes) => kms.unwrap(bytes, context)))
    expect(opened.every((bytes) => key.equals(bytes))).toBe(true)
  })

  it('says when there is no such key, no such token and no such library', async () => {
    await expect(open('none').wrap(key, context)).rejects.toMatchObject({ code: 'kms_key_missing' })
    await expect(open('one', { token: 'other' }).wrap(key, context)).rejects.toMatchObject({ code: 'kms_unreachable' })
    const module = join(folder, 'none.so')
    await expect(open('one', { module }).wrap(key, context)).rejects.toMatchObject({ code: 'kms_unreachable' })
  })

  it('says when its PIN file cannot be used', async () => {
    const pinFile = join(folder, 'open-pin')
    await writeFile(pinFile, '74108520', { mode: 0o644 })
    await expect(open('one', { pinFile }).wrap(key, context)).rejects.toMatchObject({ code: 'kms_denied' })
  })
})
