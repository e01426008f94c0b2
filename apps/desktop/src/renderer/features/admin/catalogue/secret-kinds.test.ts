import { describe, expect, test } from 'vitest'
import { secretFault, type SecretKind, secretKinds } from './secret-kinds.ts'

const values = (of: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(of))
const right: Readonly<Record<SecretKind, Readonly<Record<string, string>>>> = {
  'password': { password: 'a', again: 'a' },
  'certificate': { certificate: '-----BEGIN CERTIFICATE-----', key: '-----BEGIN PRIVATE KEY-----' },
  'aws-iam': { region: 'eu-central-1', id: 'AKIAIOSFODNN7EXAMPLE', key: 'k' },
  'temporary-user': { administrator: 'maker', password: 'a', again: 'a' },
}

describe.each(Object.keys(secretKinds) as SecretKind[])('a secret of the kind %s', (kind) => {
  test('is taken when every field is right, and every field is needed', () => {
    expect(secretFault(kind, values(right[kind]))).toBeNull()
    expect(secretKinds[kind].typed((name) => right[kind][name]!)).toMatchObject({ kind })
    for (const { name } of secretKinds[kind].fields) {
      expect(secretFault(kind, values({ ...right[kind], [name]: '' }))).toEqual({ field: name, message: 'This is needed.' })
    }
  })
})

test.each([
  ['password', { again: 'b' }, 'again'],
  ['certificate', { certificate: 'a key' }, 'certificate'],
  ['certificate', { key: '-----BEGIN CERTIFICATE-----' }, 'key'],
] as const)('a %s with %j is refused at its field', (kind, change, field) => {
  expect(secretFault(kind, values({ ...right[kind], ...change }))?.field).toBe(field)
})
