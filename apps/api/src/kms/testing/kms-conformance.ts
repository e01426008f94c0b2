/** What every driver must do; its test file hands in how to open one. */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type EncryptionContext, type Kms, MAX_WRAPPED_PLAINTEXT } from '../kms.ts'

const context: EncryptionContext = { purpose: 'test', organization: 'a', version: 1 }
const unavailable: unknown = expect.objectContaining({ code: 'secret_unavailable' })

export interface DriverUnderTest {
  /** Gives the service as a restarted program would. */
  readonly open: () => Promise<Kms>
  /** With another root key. */
  readonly openOther: () => Promise<Kms>
  /** Gives the root key of `open` a new version; absent where only another key replaces it. */
  readonly rotateKey?: () => void | Promise<void>
}

export const kmsConformance = (name: string, drivers: DriverUnderTest): void => {
  describe(`KMS: ${name}`, () => {
    it('unwraps what it wrapped, also after a restart', async () => {
      const key = randomBytes(32)
      const wrapped = await (await drivers.open()).wrap(key, context)
      expect(Buffer.from(await (await drivers.open()).unwrap(wrapped, context)).equals(key)).toBe(true)
    })

    it('wraps the same key to other bytes each time, and never shows it', async () => {
      const kms = await drivers.open()
      const key = randomBytes(32)
      const [first, second] = [await kms.wrap(key, context), await kms.wrap(key, context)]
      expect(Buffer.from(first).equals(second)).toBe(false)
      expect(Buffer.from(first).includes(key)).toBe(false)
    })

    it('unwraps under the same context only, whatever the order of its fields', async () => {
      const kms = await drivers.open()
      const wrapped = await kms.wrap(randomBytes(32), context)
      await expect(kms.unwrap(wrapped, { version: 1, organization: 'a', purpose: 'test' })).resolves.toHaveLength(32)
      const others: EncryptionContext[] = [
        {},
        { ...context, version: 2 },
        { ...context, version: '1' },
        { ...context, organization: 'b' },
        { ...context, more: 'x' },
      ]
      for (const other of others) await expect(kms.unwrap(wrapped, other)).rejects.toEqual(unavailable)
    })

    it('refuses changed, cut, empty and foreign bytes', async () => {
      const kms = await drivers.open()
      const wrapped = await kms.wrap(randomBytes(32), context)
      // All of what is ours at both ends, and samples of what the service answered.
      const isTried = (at: number): boolean => at < 40 || at >= wrapped.length - 20 || at % 11 === 0
      for (const at of Array.from(wrapped.keys()).filter(isTried)) {
        const changed = Uint8Array.from(wrapped)
        changed[at]! ^= 1
        await expect(kms.unwrap(changed, context)).rejects.toEqual(unavailable)
      }
      await expect(kms.unwrap(wrapped.slice(0, -1), context)).rejects.toEqual(unavailable)
      await expect(kms.unwrap(new Uint8Array(0), context)).rejects.toEqual(unavailable)
      const foreign = await (await drivers.openOther()).wrap(randomBytes(32), context)
      await expect(kms.unwrap(foreign, context)).rejects.toEqual(unavailable)
    })

    it('wraps keys, not documents', async () => {
      const kms = await drivers.open()
      await expect(kms.wrap(new Uint8Array(0), context)).rejects.toMatchObject({ code: 'payload_too_large' })
      await expect(kms.wrap(new Uint8Array(MAX_WRAPPED_PLAINTEXT + 1), context)).rejects.toMatchObject({
        code: 'payload_too_large',
      })
      await expect(kms.wrap(new Uint8Array(MAX_WRAPPED_PLAINTEXT), context)).resolves.toBeInstanceOf(Uint8Array)
    })

    it('rotates what it wrapped: the same under other bytes, and what was there before still opens', async () => {
      const kms = await drivers.open()
      const key = randomBytes(32)
      const wrapped = await kms.wrap(key, context)
      await drivers.rotateKey?.()
      const rotated = await kms.rotate(wrapped, context)
      expect(Buffer.from(rotated).equals(wrapped)).toBe(false)
      for (const bytes of [wrapped, rotated]) expect(Buffer.from(await kms.unwrap(bytes, context)).equals(key)).toBe(true)
      const { prefix } = await kms.describe()
      expect(Buffer.from(rotated.subarray(0, prefix.length)).equals(prefix)).toBe(true)
      await expect(kms.rotate(wrapped, { ...context, version: 2 })).rejects.toEqual(unavailable)
    })

    it.skipIf(drivers.rotateKey === undefined)(
      'tells by its beginning what is under an older version (needs a key with versions)',
      async () => {
        const kms = await drivers.open()
        const wrapped = await kms.wrap(randomBytes(32), context)
        await drivers.rotateKey!()
        const { prefix, keyId } = await kms.describe()
        expect(Buffer.from(wrapped.subarray(0, prefix.length)).equals(prefix)).toBe(false)
        await drivers.rotateKey!()
        expect((await kms.describe()).keyId).not.toBe(keyId)
      },
    )

    it('names its root key, and another one otherwise', async () => {
      const [kms, same, other] = [await drivers.open(), await drivers.open(), await drivers.openOther()]
      const description = await kms.describe()
      expect(await same.describe()).toEqual(description)
      expect((await other.describe()).keyId).not.toBe(description.keyId)
      const wrapped = await kms.wrap(randomBytes(32), context)
      expect(Buffer.from(wrapped.subarray(0, description.prefix.length)).equals(description.prefix)).toBe(true)
    })
  })
}
