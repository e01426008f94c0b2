import { permissions } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'
import { permissionAreas } from './permission-areas.ts'

test('every permission stands in exactly one area', () => {
  const shown = permissionAreas().flatMap(({ see, change }) => [see, change].filter((name) => name !== null))
  expect(shown.toSorted()).toEqual([...permissions].toSorted())
})
