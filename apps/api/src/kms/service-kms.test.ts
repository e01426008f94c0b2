import { randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { describe, expect, it } from 'vitest'
import type { RootKey } from '../keys/root-key.ts'
import { sealBytes } from '../keys/envelope.ts'
import type { KeyService } from './key-service.ts'
import { localService, openLocalBefore } from './local/local.ts'
import { serviceKms } from './service-kms.ts'
import { quick } from './testing/quick-patience.ts'

const context = { purpose: 'test', organization: 'a' }
const rootKey = (id: string): RootKey => ({ key: randomBytes(32), id, protection: 'memory', warning: null })

/** A service that counts what it opens, and refuses when told so. */
const counted = (service: KeyService) => {
  const state = { opened: 0, refuses: false }
  const open: KeyService['open'] = (wrapped, bound, signal) => {
    state.opened += 1
    if (state.refuses) throw new SallyportError('kms_key_disabled')
    return service.open(wrapped, bound, signal)
  }
  return { state, service: { ...service, open } }
}

describe('moving from one root key to another', () => {
  it('opens what the previous one wrapped, and rotates it to the present one', async () => {
    const [before, after] = [localService(rootKey('before')), localService(rootKey('after'))]
    const wrapped = await serviceKms({ present: before }).wrap(Buffer.from('secret'), context)
    const both = serviceKms({ present: after, previous: [before] })
    expect(Buffer.from(await both.unwrap(wrapped, context)).toString()).toBe('secret')
    const rotated = await both.rotate(wrapped, context)
    const alone = serviceKms({ present: after })
    expect(Buffer.from(await alone.unwrap(rotated, context)).toString()).toBe('secret')
    await expect(alone.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'secret_unavailable' })
  })

  it('opens and rotates what was sealed under the local root key itself', async () => {
    const root = rootKey('old')
    const wrapped = sealBytes(Buffer.from('secret'), root.key, { use: 'sallyport kms local v1', context })
    const kms = serviceKms({ present: localService(root), openBefore: openLocalBefore([root]) })
    expect(Buffer.from(await kms.unwrap(wrapped, context)).toString()).toBe('secret')
    const rotated = await kms.rotate(wrapped, context)
    const { prefix } = await kms.describe()
    expect(rotated.subarray(0, prefix.length)).toEqual(Buffer.from(prefix))
    expect(Buffer.from(await kms.unwrap(rotated, context)).toString()).toBe('secret')
  })

  it('returns nothing that does not open', async () => {
    const { state, service } = counted(localService(rootKey('one')))
    const kms = serviceKms({ present: service, patience: quick })
    const wrapped = await kms.wrap(Buffer.from('secret'), context)
    const refusing: KeyService = {
      ...service,
      generate: async (...parameters) => {
        state.refuses = true
        return service.generate(...parameters)
      },
    }
    const rotating = serviceKms({ present: refusing, patience: quick })
    await expect(rotating.rotate(wrapped, context)).rejects.toMatchObject({ code: 'kms_key_disabled' })
  })
})

describe('opened data keys', () => {
  it('are asked for each time, unless a while was configured', async () => {
    const { state, service } = counted(localService(rootKey('one')))
    const kms = serviceKms({ present: service })
    const wrapped = await kms.wrap(Buffer.from('secret'), context)
    await kms.unwrap(wrapped, context)
    await kms.unwrap(wrapped, context)
    expect(state.opened).toBe(2)
  })

  it('are used for that while, counted from the answer, and for the same context only', async () => {
    const { state, service } = counted(localService(rootKey('one')))
    let now = 0
    const kms = serviceKms({ present: service, cacheFor: 1000, patience: { ...quick, clock: () => now } })
    const wrapped = await kms.wrap(Buffer.from('secret'), context)
    for (const at of [0, 400, 999]) {
      now = at
      expect(Buffer.from(await kms.unwrap(wrapped, context)).toString()).toBe('secret')
    }
    expect(state.opened).toBe(1)
    await expect(kms.unwrap(wrapped, { ...context, organization: 'b' })).rejects.toMatchObject({ code: 'secret_unavailable' })
  })

  it('end when the service refuses to wrap, as it does once its key is disabled', async () => {
    const { state, service } = counted(localService(rootKey('one')))
    const generate: typeof service.generate = (...parameters) => {
      if (state.refuses) throw new SallyportError('kms_key_disabled')
      return service.generate(...parameters)
    }
    const kms = serviceKms({ present: { ...service, generate }, cacheFor: 1000, patience: { ...quick, clock: () => 0 } })
    const wrapped = await kms.wrap(Buffer.from('secret'), context)
    await kms.unwrap(wrapped, context)
    state.refuses = true
    expect(Buffer.from(await kms.unwrap(wrapped, context)).toString()).toBe('secret')
    await expect(kms.wrap(Buffer.from('other'), context)).rejects.toMatchObject({ code: 'kms_key_disabled' })
    await expect(kms.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'kms_key_disabled' })
  })

  it('end when their time is over, and all of them at the first refusal of the service', async () => {
    const { state, service } = counted(localService(rootKey('one')))
    let now = 0
    const kms = serviceKms({ present: service, cacheFor: 1000, patience: { ...quick, clock: () => now } })
    const [one, two] = [await kms.wrap(Buffer.from('one'), context), await kms.wrap(Buffer.from('two'), context)]
    await kms.unwrap(one, context)
    now = 900
    await kms.unwrap(two, context)
    state.refuses = true
    now = 1001
    await expect(kms.unwrap(one, context)).rejects.toMatchObject({ code: 'kms_key_disabled' })
    await expect(kms.unwrap(two, context)).rejects.toMatchObject({ code: 'kms_key_disabled' })
  })
})
