import { expect, test } from 'vitest'
import { fieldName, typeName } from './type-name.ts'

test('types and fields of entries read like words', () => {
  expect(typeName('access-request.emergency-opened')).toBe('Access request emergency opened')
  expect(typeName('sign-in.refused')).toBe('Sign in refused')
  expect(fieldName('endedLeases')).toBe('Ended leases')
  expect(fieldName('id')).toBe('Id')
})
