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
