import { expect, test } from 'vitest'
import { auditRow, storyProof } from '../../stories/audit.ts'
import { headSizeOf } from '../../ui/head-size.ts'
import { changesOf, detailsLine, entryOf, keyOf, otherDetails } from './entry.ts'

const entry = (details: Record<string, never>) => entryOf(auditRow({ number: 1, details }))!

test('only what a change made different is shown', () => {
  const changed = entry({ before: { name: 'a', tags: ['eu'] }, after: { name: 'b', tags: ['eu'] }, endedLeases: 2 } as never)
  expect(changesOf(changed)).toEqual([{ name: 'name', before: 'a', after: 'b' }])
  expect(otherDetails(changed)).toEqual([['endedLeases', '2']])
})

test('of what was made or deleted, every field is shown', () => {
  expect(changesOf(entry({ before: null, after: { name: 'a' } } as never))).toEqual([{ name: 'name', before: null, after: 'a' }])
  expect(changesOf(entry({ before: { name: 'a' }, after: null } as never))).toEqual([{ name: 'name', before: 'a', after: null }])
})

test('a state that moved on is a change, too', () => {
  expect(changesOf(entry({ before: 'pending', after: 'active' } as never))).toEqual([
    { name: '', before: 'pending', after: 'active' },
  ])
})

test('an entry about no change has details only', () => {
  const plain = entry({ code: 'sign_in_failed', left: null } as never)
  expect(changesOf(plain)).toBeNull()
  expect(detailsLine(plain)).toBe('code sign_in_failed')
})

test('an entry of a newer version is kept apart, and has a key all the same', () => {
  const newer = { index: 7, leaf: null, entry: { version: 2 } }
  expect(entryOf(newer)).toBeNull()
  expect(keyOf(newer)).toBe('entry-7')
})

test('the head that a proof leads to is read from its note', () => {
  expect(headSizeOf(storyProof)).toBe(88_400)
  expect(headSizeOf('nothing of the kind')).toBeNull()
})
