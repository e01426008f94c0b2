import { accessRequestStates } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'
import { accessRequest } from '../stories/access-requests.ts'
import { STORY_NOW } from '../stories/story.ts'
import { isOpen, personName, requestStatus, timeSpan } from './access-request.ts'

const now = Date.parse(STORY_NOW)

test('spans are said in the largest units that fit them exactly', () => {
  expect([5, 900, 3600, 5400, 14_400, 86_400, 604_800].map(timeSpan)).toEqual([
    '5 seconds',
    '15 minutes',
    '1 hour',
    '1 hour 30 minutes',
    '4 hours',
    '1 day',
    '7 days',
  ])
})

test('every state has a word of its own', () => {
  const words = accessRequestStates.map((state) => requestStatus(accessRequest({ number: 1, state }), now).word)
  expect(new Set(words).size).toBe(accessRequestStates.length)
})

test('an access that is about to end says so by its shape', () => {
  const soon = accessRequest({ number: 1, state: 'active', minutesLeft: 10 })
  const later = accessRequest({ number: 1, state: 'active', minutesLeft: 60 })
  expect([requestStatus(soon, now).kind, requestStatus(later, now).kind]).toEqual(['ending', 'ready'])
})

test('what waits or stands is open, what is over is not', () => {
  const open = accessRequestStates.filter((state) => isOpen(accessRequest({ number: 1, state })))
  expect(open).toEqual(['pending', 'approved', 'active'])
})

test('a person without a name is called by the address', () => {
  expect(personName({ firstName: '', lastName: '', email: 'ada@acme.example' })).toBe('ada@acme.example')
})
