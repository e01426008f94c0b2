import { expect, test } from 'vitest'
import { type Verb, verbsFor } from './palette-verbs.ts'

const resources = ['shop · read-only', 'shop · superuser', 'ledger · read-only', 'warehouse · reports'].map((label) => ({
  label,
}))
const verbsOf = ({ label }: { readonly label: string }): readonly Verb[] =>
  ['Copy the address of', 'Turn on'].map((words) => ({ key: `${words} ${label}`, label: `${words} ${label}`, run: () => {} }))
const labels = (search: string): readonly string[] => verbsFor(resources, search, verbsOf).map(({ label }) => label)

test('what fits a search best can be copied and turned on', () => {
  expect(labels('ledger')).toEqual(['Copy the address of ledger · read-only', 'Turn on ledger · read-only'])
  expect(labels('read')).toHaveLength(4)
})

test('a verb before the name means that verb', () => {
  expect(labels('copy ledger')).toEqual(['Copy the address of ledger · read-only'])
  expect(labels('turn shop')).toEqual(['Turn on shop · read-only', 'Turn on shop · superuser'])
  expect(labels('turn on warehouse')[0]).toBe('Turn on warehouse · reports')
})

test('what fits nothing offers nothing', () => {
  expect(labels('moon')).toEqual([])
  expect(labels('copy moon')).toEqual([])
})
