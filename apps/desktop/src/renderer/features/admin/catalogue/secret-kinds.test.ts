import { describe, expect, test } from 'vitest'
import { faultIn } from '../parts/sealed-field.ts'
import { secretKinds, storedKind } from './secret-kinds.ts'

const kinds = { ...secretKinds, stored: storedKind([{ id: 'a store', label: 'Vault' }]) }
type Kind = keyof typeof kinds

const values = (of: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(of))
const right: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  'password': { password: 'a', again: 'a' },
  'certificate': { certificate: '-----BEGIN CERTIFICATE-----', key: '-----BEGIN PRIVATE KEY-----' },
  'aws-iam': { region: 'eu-central-1', id: 'AKIAIOSFODNN7EXAMPLE', key: 'k' },
  'temporary-user': { administrator: 'maker', password: 'a', again: 'a', owned: 'drop' },
  'stored': { store: 'a store', path: 'apps/shop', field: 'password' },
}

describe.each(Object.keys(kinds) as Kind[])('a secret of the kind %s', (kind) => {
  const { fields, given } = kinds[kind]
  test('is taken when every field is right, and every field is needed that is not said to be optional', () => {
    expect(faultIn(fields, values(right[kind]))).toBeNull()
    expect(given((name) => right[kind][name]!)).toMatchObject({ kind })
    for (const { name, optional } of fields) {
      const fault = faultIn(fields, values({ ...right[kind], [name]: '' }))
      expect(fault).toEqual(optional ? null : { field: name, message: 'This is needed.' })
    }
  })
})

test.each([
  ['password', { again: 'b' }, 'again'],
  ['certificate', { certificate: 'a key' }, 'certificate'],
  ['certificate', { key: '-----BEGIN CERTIFICATE-----' }, 'key'],
  ['stored', { path: '../other' }, 'path'],
] as const)('a %s with %j is refused at its field', (kind, change, field) => {
  expect(faultIn(kinds[kind].fields, values({ ...right[kind], ...change }))?.field).toBe(field)
})

test('all of what lies in a store is the password where no field is named', () => {
  const typed = { ...right.stored, path: ' apps/shop ', field: ' ' }
  expect(kinds.stored.given((name) => typed[name as keyof typeof typed])).toEqual({
    kind: 'stored',
    store: 'a store',
    path: 'apps/shop',
    field: null,
  })
})

test('what temporary users own is dropped unless it is said to be given away', () => {
  const owned = (choice: string) => kinds['temporary-user'].given((name) => (name === 'owned' ? choice : 'a'))
  expect([owned('drop'), owned('reassign')]).toMatchObject([{ owned: 'drop' }, { owned: 'reassign' }])
})
