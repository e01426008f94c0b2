import { accessRequestStates } from '@sallyport/protocol/api'
import { describe, expect, it } from 'vitest'
import { type AccessRequestEvent, accessRequestEvents, stateAfter } from './states.ts'

/** Written out once more: what the table must say, and nothing else. */
const permitted: Readonly<Record<string, string>> = {
  'pending approve': 'approved',
  'pending refuse': 'refused',
  'pending withdraw': 'withdrawn',
  'pending expire': 'expired',
  'pending cancel': 'cancelled',
  'approved start': 'active',
  'approved withdraw': 'withdrawn',
  'approved cancel': 'cancelled',
  'active end': 'ended',
  'active demand-review': 'review-pending',
  'review-pending review': 'reviewed',
}

const every = accessRequestStates.flatMap((state) => accessRequestEvents.map((event) => [state, event] as const))

describe('the life of an access request', () => {
  it.each(every.filter(([state, event]) => `${state} ${event}` in permitted))('goes on from %s by %s', (state, event) => {
    expect(stateAfter(state, event)).toBe(permitted[`${state} ${event}`])
  })

  it.each(every.filter(([state, event]) => !(`${state} ${event}` in permitted)))(
    'does not go on from %s by %s',
    (state, event) => {
      expect(() => stateAfter(state, event)).toThrow(expect.objectContaining({ code: 'request_closed' }))
    },
  )

  it('opens an access only by approval, and once', () => {
    const opening = every.filter(([state, event]) => permitted[`${state} ${event}`] === 'approved')
    expect(opening).toEqual([['pending', 'approve' satisfies AccessRequestEvent]])
  })
})
