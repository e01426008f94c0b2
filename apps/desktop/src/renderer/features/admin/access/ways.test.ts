import { expect, test } from 'vitest'
import { type Directory, graphOf, waysOf, waysOver, waysWith } from './ways.ts'

const user = (id: string, firstName: string, status: 'active' | 'disabled' = 'active') => ({
  id,
  firstName,
  lastName: 'X',
  status,
})
const role = (id: string, users: string[], credentials: string[]) => ({ id, name: id, users, credentials })

const directory: Directory = {
  users: [user('u2', 'Grace'), user('u1', 'Ada'), user('u3', 'Off', 'disabled')],
  roles: [role('backend', ['u1', 'u2', 'u3'], ['c1', 'c2']), role('empty', ['u1'], [])],
  credentials: [
    { id: 'c1', name: 'read-only', resource: 'r1' },
    { id: 'c2', name: 'read-write', resource: 'r1' },
    { id: 'c3', name: 'reports', resource: 'r2' },
  ],
  resources: [
    { id: 'r1', name: 'shop' },
    { id: 'r2', name: 'warehouse' },
  ],
  grants: [
    { id: 'g1', user: 'u1', credential: 'c3', status: 'active', expiresAt: '2026-11-22T17:00:00.000Z' },
    { id: 'g2', user: 'u2', credential: 'c3', status: 'expired', expiresAt: '2026-11-21T17:00:00.000Z' },
  ],
}
const ways = waysOf(directory, 'grant')

test('every person reaches what their roles and standing grants give, and disabled people nothing', () => {
  const told = ways.map(({ user: { id }, through, credential, until }) => [id, through.id, credential.id, until])
  expect(told).toEqual([
    ['u1', 'backend', 'c1', null],
    ['u1', 'backend', 'c2', null],
    ['u1', 'g1', 'c3', '2026-11-22T17:00:00.000Z'],
    ['u2', 'backend', 'c1', null],
    ['u2', 'backend', 'c2', null],
  ])
})

test('the picture has each thing once', () => {
  const { nodes, edges } = graphOf(ways)
  expect(nodes.map(({ key }) => key).toSorted()).toEqual(
    [
      'user u1',
      'user u2',
      'through backend',
      'through g1',
      'credential c1',
      'credential c2',
      'credential c3',
      'resource r1',
      'resource r2',
    ].toSorted(),
  )
  expect(edges).toHaveLength(3 + 3 + 3)
})

test('over a thing lead only its own ways', () => {
  expect(waysOver(ways, { column: 'through', id: 'g1' }).map(({ user: { id } }) => id)).toEqual(['u1'])
  expect(waysOver(ways, { column: 'resource', id: 'r1' })).toHaveLength(4)
})

test('a search leaves the ways in which every word occurs', () => {
  expect(waysWith(ways, 'ADA ware')).toHaveLength(1)
  expect(waysWith(ways, '  ')).toHaveLength(ways.length)
  expect(waysWith(ways, 'ada nobody')).toEqual([])
})
