import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { keyIdOf, signStatement, toBase64url, type TrustBundle, trustBundle } from '@sallyport/protocol'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Authority, fingerprintOf, makeAuthority } from '../testing/authority.ts'
import { Trust } from './trust.ts'

let directory: TemporaryDirectory
let root: Authority
const organization = randomUUID()
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
  root = await makeAuthority('root')
})
afterEach(() => directory.remove())

const path = (): string => join(directory.path, 'trust.json')
const anyKey = toBase64url(new Uint8Array(32))

const bundle = async (number: number, change: Partial<TrustBundle> = {}, signer: Authority = root): Promise<string> =>
  signStatement(
    trustBundle,
    {
      version: 1,
      number,
      organization,
      trustDomain: 'shop.example',
      issuedAt: 1,
      roots: [toBase64url(root.der)],
      issuers: [toBase64url(root.der)],
      vaultKeys: [{ id: anyKey, publicKey: anyKey }],
      receiptKeys: [{ id: await keyIdOf(root.key.spki), publicKey: toBase64url(root.key.spki) }],
      gateways: [],
      ...change,
    },
    [signer.key.signer],
  )
const pin = async (): Promise<Trust> => Trust.pin(path(), await bundle(5), fingerprintOf(root.der))

describe('first contact', () => {
  test('believes the root of the fingerprint, and nothing else', async () => {
    expect((await pin()).bundle.number).toBe(5)
    const other = await makeAuthority('other')
    await expect(Trust.pin(path(), await bundle(5), fingerprintOf(other.der))).rejects.toMatchObject({
      code: 'certificate_invalid',
    })
  })

  test('refuses a bundle that names the root but is signed by another', async () => {
    const text = await bundle(5, {}, await makeAuthority('other'))
    await expect(Trust.pin(path(), text, fingerprintOf(root.der))).rejects.toMatchObject({ code: 'certificate_invalid' })
  })
})

describe('a trust bundle', () => {
  test('with a higher number replaces the present one, also after a restart', async () => {
    const trust = await pin()
    let changes = 0
    trust.onChange(() => changes++)
    await trust.accept(await bundle(6, { trustDomain: 'next.example' }))
    expect(changes).toBe(1)
    expect((await Trust.load(path())).bundle).toMatchObject({ number: 6, trustDomain: 'next.example' })
  })

  test('with the same number changes nothing', async () => {
    const trust = await pin()
    await trust.accept(await bundle(5, { trustDomain: 'swapped.example' }))
    expect(trust.bundle.trustDomain).toBe('shop.example')
  })

  test('with a lower number is refused, also after a restart', async () => {
    await pin()
    await expect((await Trust.load(path())).accept(await bundle(4))).rejects.toMatchObject({ code: 'certificate_invalid' })
  })

  test('of another organization or another root is refused', async () => {
    const trust = await pin()
    await expect(trust.accept(await bundle(6, { organization: randomUUID() }))).rejects.toMatchObject({
      code: 'certificate_invalid',
    })
    await expect(trust.accept(await bundle(6, {}, await makeAuthority('other')))).rejects.toMatchObject({
      code: 'certificate_invalid',
    })
  })

  test('announces a new root, which alone signs what comes after', async () => {
    const trust = await pin()
    const next = await makeAuthority('next root')
    const roots = [next, root].map(({ der }) => toBase64url(der))
    const announcement = await bundle(6, { roots })
    await trust.accept(announcement)
    await trust.accept(announcement)
    await expect(trust.accept(await bundle(7, { roots }))).rejects.toMatchObject({ code: 'certificate_invalid' })
    const reloaded = await Trust.load(path())
    await reloaded.accept(await bundle(7, { roots }, next))
    expect((await Trust.load(path())).bundle.number).toBe(7)
  })
})
