/**
 * What every driver makes of a service that fails: one code each, which names what somebody has to do; how often it is asked; and
 * that the same vault goes on as soon as the service does, with everything that was there before.
 */
import { randomBytes } from 'node:crypto'
import { type ErrorCode, errorTable } from '@sallyport/protocol'
import { describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeServer, waitFor } from '@sallyport/testkit'
import type { Kms } from '../kms.ts'
import { type Patience, usualPatience } from '../patience.ts'

/** The code is the same whatever the driver is. */
const codes = {
  'slow': 'kms_slow',
  'throttled': 'kms_throttled',
  'down': 'kms_unreachable',
  'denies the vault': 'kms_denied',
  'in another region': 'kms_wrong_region',
  'without the key': 'kms_key_missing',
  'with its key disabled': 'kms_key_disabled',
  'about to delete its key': 'kms_key_pending_deletion',
  'sealed': 'kms_sealed',
  'of another time': 'kms_clock_wrong',
} as const satisfies Record<string, ErrorCode>

export type Fault = keyof typeof codes

/** Those that pass by themselves are tried again. */
const passing: ReadonlySet<Fault> = new Set<Fault>(['slow', 'throttled', 'down', 'of another time'])

export interface FaultyService {
  /** From now on, until `mend`. */
  readonly fail: () => unknown
  readonly mend: () => unknown
}

/** Answers every call with this. */
export const answering = (server: () => FakeServer, answer: FakeAnswer): FaultyService => ({
  fail: () => server().answerNext(Infinity, answer),
  mend: () => server().answerNext(0, answer),
})

/** Answers no call. */
export const hanging = (server: () => FakeServer): FaultyService => ({
  fail: () => server().hang(Infinity),
  mend: () => server().hang(0),
})

export interface DriverWithFaults {
  readonly open: (patience: Patience) => Kms
  /** Calls that came to the service, or to the driver where the service is a library. */
  readonly calls: () => number
  /** A text: this service does not know that fault, and why. */
  readonly faults: Readonly<Record<Fault, FaultyService | string>>
}

/** A busy machine is slow, too. */
const usual: Patience = { ...usualPatience, deadline: 30_000, pause: 1 }

/** Milliseconds between looks at whether a call has come. */
const LOOK = 2

/** A service that answers nothing is given up as soon as it was asked: nothing else would come of waiting. */
const givingUp =
  (calls: () => number): Patience['alarm'] =>
  (_, late) => {
    const before = calls()
    const looking = setInterval(() => {
      if (calls() > before) late()
    }, LOOK)
    return () => clearInterval(looking)
  }

const context = { purpose: 'test', organization: 'a', version: 1 }

export const kmsFaults = (name: string, driver: DriverWithFaults): void => {
  describe(`KMS: ${name}, when the service is`, () => {
    for (const [fault, service] of Object.entries(driver.faults) as [Fault, FaultyService | string][]) {
      const code = codes[fault]
      if (typeof service === 'string') continue
      it(`${fault}: says ${code}, opens nothing, and goes on when that is over`, async () => {
        let { alarm } = usual
        const kms = driver.open({ ...usual, alarm: (milliseconds, late) => alarm(milliseconds, late) })
        const key = randomBytes(32)
        const wrapped = await waitFor(() => kms.wrap(key, context), { description: 'a key' })
        await service.fail()
        if (fault === 'slow') alarm = givingUp(driver.calls)
        try {
          const before = driver.calls()
          await expect(kms.unwrap(wrapped, context)).rejects.toMatchObject({ code, message: errorTable[code].text })
          const asked = driver.calls() - before
          expect(passing.has(fault) ? asked > 1 : asked <= 3, `${asked} calls`).toBe(true)
          await expect(kms.wrap(key, context)).rejects.toMatchObject({ code })
          await expect(kms.rotate(wrapped, context)).rejects.toMatchObject({ code })
        } finally {
          alarm = usual.alarm
          await service.mend()
        }
        const opened = (bytes: Uint8Array) => waitFor(() => kms.unwrap(bytes, context), { description: 'the key' })
        expect(Buffer.from(await opened(wrapped)).equals(key)).toBe(true)
        const rotated = await waitFor(() => kms.rotate(wrapped, context), { description: 'another key' })
        expect(Buffer.from(await opened(rotated)).equals(key)).toBe(true)
        await kms.close()
      })
    }
  })
}
