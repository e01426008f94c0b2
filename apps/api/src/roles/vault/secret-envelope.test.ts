import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKms } from '../../kms/open-kms.ts'
import type { Kms } from '../../kms/kms.ts'
import { openSecret, sealSecret, type SealedSecret, type SecretContext } from './secret-envelope.ts'

let folder: string
let kms: Kms
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-envelope-'))
  ;({ kms } = await openKms({ driver: 'local', rootKey: { kind: 'file', path: join(folder, 'root.key') } }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const contextOf = (change: Partial<SecretContext> = {}): SecretContext => ({
  organization: randomUUID(),
  secret: randomUUID(),
  version: 1,
  resource: randomUUID(),
  endpointDigest: 'A'.repeat(43),
  ...change,
})
const plaintext = Buffer.from('correct horse battery staple')
const unavailable = expect.objectContaining({ code: 'secret_unavailable' })

describe('a secret at rest', () => {
  it('opens under the context it was sealed for', async () => {
    const context = contextOf()
    const sealed = await sealSecret(kms, plaintext, context)
    expect(Buffer.from(await openSecret(kms, sealed, context)).equals(plaintext)).toBe(true)
  })

  it('does not open in another organization, row, version, resource, or for another endpoint', async () => {
    const context = contextOf()
    const sealed = await sealSecret(kms, plaintext, context)
    const swaps: Partial<SecretContext>[] = [
      { organization: randomUUID() },
      { secret: randomUUID() },
      { version: 2 },
      { resource: randomUUID() },
      { endpointDigest: 'B'.repeat(43) },
    ]
    for (const swap of swaps) await expect(openSecret(kms, sealed, { ...context, ...swap })).rejects.toEqual(unavailable)
  })

  it('does not open with the wrapped key of another secret, or of another version of the same secret', async () => {
    const context = contextOf()
    const [first, second] = [
      await sealSecret(kms, plaintext, context),
      await sealSecret(kms, plaintext, { ...context, version: 2 }),
    ]
    const other = await sealSecret(kms, plaintext, contextOf())
    for (const wrappedKey of [second.wrappedKey, other.wrappedKey]) {
      await expect(openSecret(kms, { ...first, wrappedKey }, context)).rejects.toEqual(unavailable)
    }
    const again = await sealSecret(kms, plaintext, context)
    await expect(openSecret(kms, { ...first, wrappedKey: again.wrappedKey }, context)).rejects.toEqual(unavailable)
  })

  it('does not open when any bit of it is flipped, or any byte is missing', async () => {
    const context = contextOf()
    const sealed = await sealSecret(kms, plaintext, context)
    const parts: (keyof SealedSecret)[] = ['wrappedKey', 'ciphertext']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...parts), fc.nat(), fc.integer({ min: 0, max: 7 }), async (part, at, bit) => {
        const bytes = Uint8Array.from(sealed[part])
        bytes[at % bytes.length]! ^= 1 << bit
        await expect(openSecret(kms, { ...sealed, [part]: bytes }, context)).rejects.toEqual(unavailable)
        const cut = sealed[part].slice(0, at % sealed[part].length)
        await expect(openSecret(kms, { ...sealed, [part]: cut }, context)).rejects.toEqual(unavailable)
      }),
      { numRuns: 200 },
    )
  })
})
