import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import { softHsmSkipReason } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Patience } from '../patience.ts'
import { serviceKms } from '../service-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'
import { type FaultyService, kmsFaults } from '../testing/kms-faults.ts'
import { quick } from '../testing/quick-patience.ts'
import { CKR } from './cryptoki.ts'
import { moduleAt } from './module.ts'
import { type Pkcs11Options, pkcs11Service } from './pkcs11.ts'
import { requireOk } from './return-values.ts'
import { findKeys, tokenSession } from './session.ts'
import { startSoftHsm } from './testing.ts'

describe.skipIf(softHsmSkipReason() !== null)('over SoftHSM', () => {
  let folder: string
  let token: Awaited<ReturnType<typeof startSoftHsm>>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-hsm-'))
    token = await startSoftHsm(folder)
    await token.createKey('one')
    await token.createKey('two')
    await token.createKey('faulty')
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

  let asked = 0
  const counted = (patience: Patience) => {
    const service = pkcs11Service({ ...token.options, key: 'faulty' })
    const counting = <Parameters extends unknown[], Result>(call: (...parameters: Parameters) => Result) => {
      return (...parameters: Parameters): Result => {
        asked += 1
        return call(...parameters)
      }
    }
    const { generate, open: unwrap } = service
    return serviceKms({ present: { ...service, generate: counting(generate), open: counting(unwrap) }, patience })
  }
  const later = (fault: () => FaultyService): FaultyService => ({ fail: () => fault().fail(), mend: () => fault().mend() })

  kmsFaults('PKCS #11', {
    open: counted,
    calls: () => asked,
    faults: {
      'slow': later(() => token.faults.hanging),
      'throttled': 'SoftHSM has as many sessions as are asked for; what a limit says is below',
      'down': later(() => token.faults.away),
      'denies the vault': later(() => token.faults.wrongPin),
      'in another region': 'tokens have no regions',
      'without the key': later(() => token.faults.deleted('faulty')),
      'with its key disabled': { fail: () => mayBeUsed(false), mend: () => mayBeUsed(true) },
      'about to delete its key': 'tokens delete at once',
      'sealed': 'SoftHSM locks no PIN; what a locked one says is below',
      'of another time': 'tokens ask for no time',
    },
  })

  /** As the owner of a key disables and enables it. */
  const mayBeUsed = (may: boolean): Promise<void> =>
    tokenSession(token.options).run(new AbortController().signal, async (opened) => {
      const { cryptoki } = opened
      const [CKF_RW_SESSION, CKF_SERIAL_SESSION, CKA_ENCRYPT, CKA_DECRYPT] = [2, 4, 0x104, 0x105]
      const attribute = koffi.struct({ type: 'unsigned long', value: 'uint8_t *', length: 'unsigned long' })
      const setAttributes = koffi
        .load(token.options.module)
        .func('C_SetAttributeValue', 'unsigned long', [
          'unsigned long',
          'unsigned long',
          koffi.pointer(attribute),
          'unsigned long',
        ])
      // The token, and behind it the empty one that SoftHSM keeps for the next.
      const slots = [0, 0]
      requireOk(await cryptoki.getSlotList(1, slots, [slots.length]), 'C_GetSlotList')
      const session = [0]
      requireOk(await cryptoki.openSession(slots[0], CKF_RW_SESSION | CKF_SERIAL_SESSION, null, null, session), 'C_OpenSession')
      const value = Buffer.of(may ? 1 : 0)
      for (const { handle } of await findKeys(opened, 'faulty')) {
        const template = [CKA_ENCRYPT, CKA_DECRYPT].map((type) => ({ type, value, length: 1 }))
        requireOk(Number(setAttributes(session[0], handle, template, template.length)), 'C_SetAttributeValue')
      }
      await cryptoki.closeSession(session[0])
    })

  it.each([
    ['SESSION_COUNT', 'kms_throttled'],
    ['PIN_LOCKED', 'kms_sealed'],
    ['PIN_EXPIRED', 'kms_denied'],
    ['DEVICE_REMOVED', 'kms_unreachable'],
  ] as const)('says of the return value CKR_%s: %s', (value, code) => {
    expect(() => requireOk(CKR[value], 'C_Login')).toThrow(expect.objectContaining({ code }))
  })

  it('shows a PIN that was refused to the token once: it would lock itself', async () => {
    const kms = open('one')
    const wrapped = await kms.wrap(key, context)
    const login = vi.spyOn(moduleAt(token.options.module).cryptoki, 'login')
    await token.faults.wrongPin.fail()
    for (let asks = 0; asks < 5; asks++) await expect(kms.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'kms_denied' })
    expect(login).toHaveBeenCalledTimes(1)
    await token.faults.wrongPin.mend()
    expect(key.equals(await kms.unwrap(wrapped, context))).toBe(true)
    login.mockRestore()
  })

  it('does not call what was wrapped damaged while the token is away', async () => {
    const kms = open('one')
    const wrapped = await kms.wrap(key, context)
    await token.faults.away.fail()
    await expect(kms.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'kms_unreachable' })
    await token.faults.away.mend()
    expect(key.equals(await kms.unwrap(wrapped, context))).toBe(true)
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
