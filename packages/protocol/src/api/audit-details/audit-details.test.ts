import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type AuditEntryType, auditEntryTypes } from '../audit-entry.ts'
import { personalDetails } from '../personal-data.ts'
import { auditDetails } from './index.ts'

const isOf = (type: AuditEntryType, details: object): boolean => auditDetails[type].safeParse(details).success

test('no type takes a member that it does not name, and each names what it needs', () => {
  const open = auditEntryTypes.filter((type) => isOf(type, { somethingElse: 1 }))
  expect(open).toEqual([])
  const empty = auditEntryTypes.filter((type) => isOf(type, {}))
  expect(empty.toSorted()).toEqual([
    'authority.retired',
    'data-keys.rotated',
    'data-keys.rotation-started',
    'gateway.compromised',
    'session.ended',
    'token-key.retired',
    'user.changed',
    'vault-key.retired',
  ])
})

test('a change says what was there before and after it, and nothing more', () => {
  const user = randomUUID()
  const change = { role: 'readers', user, before: false, after: true }
  expect(isOf('role.member-added', change)).toBe(true)
  expect(isOf('role.member-added', { ...change, after: undefined })).toBe(false)
  expect(isOf('role.member-added', { ...change, password: 'correct horse' })).toBe(false)
  expect(isOf('site.changed', { before: { name: 'a' }, after: { name: 'b' } })).toBe(true)
  expect(isOf('site.changed', { before: null, after: { name: 'b' } })).toBe(false)
})

test('of a secret it is told what kind it is and where it lies, never what it is', () => {
  const after = { resource: randomUUID(), version: 1, endpointDigest: 'A'.repeat(43) }
  expect(isOf('secret.created', { before: null, after: { ...after, kind: 'password' } })).toBe(true)
  const stored = { store: randomUUID(), path: 'apps/shop', field: null }
  expect(isOf('secret.created', { before: null, after: { ...after, stored } })).toBe(true)
  expect(isOf('secret.created', { before: null, after: { ...after, kind: 'password', password: 'x' } })).toBe(false)
})

/** Whether a schema, or one of those that it may be, has a member there. */
const hasMember = (schema: unknown, [name, ...rest]: readonly string[]): boolean => {
  const { shape, options, def } = schema as {
    readonly shape?: Readonly<Record<string, unknown>>
    readonly options?: readonly unknown[]
    readonly def: { readonly innerType?: unknown }
  }
  if (name === undefined) return true
  if (def.innerType !== undefined) return hasMember(def.innerType, [name, ...rest])
  if (options !== undefined) return options.some((option) => hasMember(option, [name, ...rest]))
  return shape?.[name] !== undefined && hasMember(shape[name], rest)
}

test('what is taken out as personal is there to be taken out', () => {
  const paths = Object.entries(personalDetails).flatMap(([type, details]) =>
    details.flatMap(({ path, of }) =>
      [path, ...(typeof of === 'string' ? [] : [of.detail])].map((each) => [type, each] as const),
    ),
  )
  expect(paths.length).toBeGreaterThan(20)
  const missing = paths.filter(([type, path]) => !hasMember(auditDetails[type as AuditEntryType], path.split('.')))
  // One of the two sides of a grant is null when it is made or ended.
  expect(missing.filter(([type]) => !type.startsWith('grant.'))).toEqual([])
})
