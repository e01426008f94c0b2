import type { ApprovalWindow } from '@sallyport/protocol/api'
import { describe, expect, it } from 'vitest'
import { isWithinWindows } from './windows.ts'

const office: ApprovalWindow = {
  days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  from: '09:00',
  to: '17:30',
  timeZone: 'Europe/Berlin',
}
const night: ApprovalWindow = { days: ['friday'], from: '22:00', to: '06:00', timeZone: 'UTC' }

describe('approval windows', () => {
  it.each([
    ['Monday at nine in Berlin, in winter', '2026-11-23T08:00:00Z', true],
    ['a minute before', '2026-11-23T07:59:59Z', false],
    ['the last minute of the afternoon', '2026-11-23T16:29:59Z', true],
    ['the end itself', '2026-11-23T16:30:00Z', false],
    ['Monday at nine in Berlin, in summer', '2026-06-01T07:00:00Z', true],
    ['the same time of the clock in UTC', '2026-06-01T06:59:00Z', false],
    ['Sunday', '2026-11-22T10:00:00Z', false],
  ])('of an office: %s', (_name, at, expected) => {
    expect(isWithinWindows([office], Date.parse(at))).toBe(expected)
  })

  it.each([
    ['Friday late', '2026-11-20T23:00:00Z', true],
    ['Saturday early', '2026-11-21T05:59:00Z', true],
    ['Saturday at six', '2026-11-21T06:00:00Z', false],
    ['Friday early', '2026-11-20T05:00:00Z', false],
    ['Saturday late', '2026-11-21T23:00:00Z', false],
  ])('past midnight: %s', (_name, at, expected) => {
    expect(isWithinWindows([night], Date.parse(at))).toBe(expected)
  })

  it('of the whole day: from and to are equal', () => {
    const day = { ...night, from: '00:00', to: '00:00' }
    expect(isWithinWindows([day], Date.parse('2026-11-20T12:00:00Z'))).toBe(true)
    expect(isWithinWindows([day], Date.parse('2026-11-21T12:00:00Z'))).toBe(false)
  })

  it('need not be: then approvals count always', () => {
    expect(isWithinWindows([], 0)).toBe(true)
  })
})
