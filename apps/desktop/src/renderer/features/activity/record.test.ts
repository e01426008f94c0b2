import { expect, test } from 'vitest'
import { activityRow, queryRow } from '../../stories/activity.ts'
import { oneLine, recordKinds, recordOf } from './record.ts'

test('every kind that is recorded is read', () => {
  const read = recordKinds.map((kind, number) => recordOf(activityRow(kind, number).activity)?.kind)
  expect(read).toEqual([...recordKinds])
})

test('a record that says more than is known here is read all the same', () => {
  const row = queryRow({ number: 1 })
  const newer = { ...(row.activity as Record<string, never>), plan: 'index scan' }
  expect(recordOf(newer)?.kind).toBe('query')
})

test('a kind that is not known here is none', () => {
  expect(recordOf({ kind: 'file.opened', path: '/etc/motd' })).toBeNull()
  expect(recordOf(null)).toBeNull()
})

test('a statement of many lines is one line in a row', () => {
  expect(oneLine('select *\n  from\torders\n')).toBe('select * from orders')
  expect(oneLine('x'.repeat(5000))).toHaveLength(400)
})
