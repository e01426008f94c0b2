/** What every driver must do; its test file hands in how to open one. */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type EncryptionContext, type Kms, MAX_WRAPPED_PLAINTEXT } from '../kms.ts'

const context: EncryptionContext = { purpose: 'test', organization: 'a', version: 1 }
const unavailable: unknown = expect.objectContaining({ code: 'secret_unavailable' })

/** `open` gives the service as a restarted program would; `openOther` one with another root key. */
export const kmsConformance = (name: string, drivers: { open: () => Promise<Kms>; openOther: () => Promise<Kms> }): void => {
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
      for (let at = 0; at < wrapped.length; at++) {
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

    it('names its root key, and another one otherwise', async () => {
      const [kms, same, other] = [await drivers.open(), await drivers.open(), await drivers.openOther()]
      expect(kms.describe()).toEqual(same.describe())
      expect(kms.describe().keyId).not.toBe(other.describe().keyId)
    })
  })
}
