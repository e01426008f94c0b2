import { beforeEach, describe, expect, it } from 'vitest'
import { tokenKeyring } from './token-keys.ts'

const organization = 'an organization'
const keyOf = (id: string, retiresAt: number | null = null) => ({
  id,
  algorithm: 'ES256' as const,
  publicKey: Uint8Array.of(id.length),
  retiresAt: retiresAt === null ? null : new Date(retiresAt).toISOString(),
})

describe('keys of tokens', () => {
  let now: number
  let asked: number
  let published: readonly ReturnType<typeof keyOf>[]
  let fails: boolean
  const keyring = () =>
    tokenKeyring({
      clock: () => now,
      ask: () => {
        asked += 1
        return fails ? Promise.reject(new Error('the vault is away')) : Promise.resolve({ keys: [...published] })
      },
    })
  beforeEach(() => {
    ;[now, asked, published, fails] = [1_000_000, 0, [keyOf('a')], false]
  })

  it('are asked for once for many calls, and again after ten seconds', async () => {
    const keys = keyring()
    const all = await Promise.all(Array.from({ length: 20 }, () => keys.find(organization, 'a')))
    expect(all.every((key) => key !== null)).toBe(true)
    expect(asked).toBeLessThanOrEqual(1)
    now += 10_000
    await keys.find(organization, 'a')
    expect(asked).toBe(2)
  })

  it('that are new are found at once', async () => {
    const keys = keyring()
    await keys.find(organization, 'a')
    published = [keyOf('bb'), keyOf('a')]
    expect(await keys.find(organization, 'bb')).toEqual(Uint8Array.of(2))
  })

  it('are not used from the moment at which they retire, however fresh the answer is', async () => {
    published = [keyOf('a', now + 1_000)]
    const keys = keyring()
    expect(await keys.find(organization, 'a')).not.toBeNull()
    now += 1_000
    expect(await keys.find(organization, 'a')).toBeNull()
  })

  it('that were taken back are used ten seconds longer at most, also by who calls all the time', async () => {
    const keys = keyring()
    await keys.find(organization, 'a')
    published = []
    for (let passed = 0; passed < 9_000; passed += 1_000) {
      now += 1_000
      expect(await keys.find(organization, 'a')).not.toBeNull()
    }
    now += 1_000
    expect(await keys.find(organization, 'a')).toBeNull()
  })

  it('are of their organization alone, and a failure is not kept', async () => {
    const keys = keyring()
    await keys.find(organization, 'a')
    fails = true
    await expect(keys.find('another', 'a')).rejects.toThrow('away')
    fails = false
    expect(await keys.find('another', 'a')).not.toBeNull()
  })
})
