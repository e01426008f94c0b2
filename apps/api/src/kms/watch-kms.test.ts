import { randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { quietLogger } from '../testing/quiet-logger.ts'
import { localService } from './local/local.ts'
import { serviceKms } from './service-kms.ts'
import { quick } from './testing/quick-patience.ts'
import { type KmsWatch, watchKms } from './watch-kms.ts'

const root = { id: 'test', key: randomBytes(32), protection: 'this test', warning: null }
let watch: KmsWatch | null = null
afterEach(() => watch?.close())

/** A service that does as it is told. */
const watched = (pause: number) => {
  const state: { refuses: SallyportError | null; lost: SallyportError | null; asked: number } = {
    refuses: null,
    lost: null,
    asked: 0,
  }
  const service = localService(root, async () => {
    if (state.lost !== null) throw state.lost
  })
  const open: typeof service.open = (...parameters) => {
    state.asked += 1
    if (state.refuses !== null) throw state.refuses
    return service.open(...parameters)
  }
  const kms = serviceKms({ present: { ...service, open }, patience: quick, cacheFor: 3_600_000 })
  watch = watchKms({ kms, clock: () => 7, logger: quietLogger(), caches: true, pause })
  const { health } = watch
  return { state, kms, health, becomes: (expected: unknown) => vi.waitFor(() => expect(health()).toEqual(expected), 30_000) }
}

describe('the watch over a key management service', () => {
  it('knows nothing at first, then what became of trying, until it changes', async () => {
    const { state, health, becomes } = watched(1)
    expect(health()).toBeNull()
    await becomes({ state: 'working' })
    state.refuses = new SallyportError('kms_denied')
    await becomes({ state: 'failing', code: 'kms_denied', since: 7 })
    state.refuses = new SallyportError('kms_key_disabled')
    await becomes({ state: 'failing', code: 'kms_key_disabled', since: 7 })
    state.refuses = null
    state.lost = new SallyportError('kms_key_missing')
    await becomes({ state: 'only-in-memory', code: 'kms_key_missing', since: 7 })
    state.lost = null
    await becomes({ state: 'working' })
  })

  it('ends what opened data keys open as soon as the service refuses, long before their time', async () => {
    const { state, kms, becomes } = watched(1)
    const wrapped = await kms.wrap(Buffer.from('secret'), { purpose: 'test' })
    const opens = () => kms.unwrap(wrapped, { purpose: 'test' })
    await opens()
    state.refuses = new SallyportError('kms_key_disabled')
    await becomes({ state: 'failing', code: 'kms_key_disabled', since: 7 })
    await expect(opens()).rejects.toMatchObject({ code: 'kms_key_disabled' })
  })

  it('asks the service no more often when many ask for the result', async () => {
    const { state, health, becomes } = watched(3_600_000)
    await becomes({ state: 'working' })
    for (let asks = 0; asks < 1000; asks++) health()
    expect(state.asked).toBe(1)
  })
})
