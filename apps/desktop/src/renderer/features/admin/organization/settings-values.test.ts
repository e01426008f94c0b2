import { expect, test } from 'vitest'
import { changedSettings, checks, type Settings, settingsOf, valuesOf } from './settings-values.ts'

const settings: Settings = {
  sessionLifetime: 43_200,
  sessionIdleLimit: 14_400,
  leaseLifetime: 90,
  newDevices: 'approve',
  ports: { first: 15_000, last: 19_999 },
  activityRetentionDays: 365,
}

test('a form that nobody touched changes nothing, whatever the seconds were', () => {
  expect(settingsOf(valuesOf(settings), settings)).toEqual(settings)
  expect(changedSettings(settings, settingsOf(valuesOf(settings), settings))).toEqual([])
})

test('what was changed is told as before and after', () => {
  const after = settingsOf({ ...valuesOf(settings), sessionLifetime: 60, newDevices: 'allow' }, settings)
  expect(changedSettings(settings, after)).toEqual([
    { name: 'sessionLifetime', label: 'A session ends after', before: '720 minutes', after: '60 minutes' },
    { name: 'newDevices', label: 'New devices', before: 'Wait for approval', after: 'May sign in' },
  ])
})

test('values that the API would refuse are refused in the form', () => {
  expect(checks.sessionLifetime(4)).not.toBeNull()
  expect(checks.sessionLifetime('')).not.toBeNull()
  expect(checks.sessionLifetime(1440)).toBeNull()
  expect(checks.lastPort(14_000, valuesOf(settings))).not.toBeNull()
  expect(checks.lastPort(15_000, valuesOf(settings))).toBeNull()
})

const recipient = `age1${'q'.repeat(58)}`

test('how activity is recorded is told and checked like the rest', () => {
  const values = { ...valuesOf(settings), keep: 'both', binds: 'drop', recipients: ` ${recipient}\n\n` } as const
  const after = settingsOf(values, settings)
  expect(after.recording).toEqual({ keep: 'both', binds: 'drop', recipients: [recipient] })
  expect(changedSettings(settings, after)).toEqual([
    {
      name: 'recording',
      label: 'Recording',
      before: 'By the API; values: Kept; no recipients',
      after: 'By both; values: Dropped; 1 recipient',
    },
  ])
  expect(checks.recipients('age1x', values)).not.toBeNull()
  expect(checks.recipients('', values)).not.toBeNull()
  expect(checks.recipients('', { ...values, keep: 'api' })).toBeNull()
  expect(checks.recipients(recipient, values)).toBeNull()
})
