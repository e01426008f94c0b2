import { expect, test } from 'vitest'
import { ChosenFiles } from './chosen-files.ts'

test('a file that was chosen is found by its id alone, until newer ones took its place', () => {
  const files = new ChosenFiles()
  const first = files.add('/home/ada/first.csv')
  expect(files.get(first)).toBe('/home/ada/first.csv')
  expect(files.get('00000000-0000-4000-8000-000000000000')).toBeUndefined()
  for (let more = 0; more < 4; more++) files.add(`/home/ada/${more}.csv`)
  expect(files.get(first)).toBeUndefined()
})
