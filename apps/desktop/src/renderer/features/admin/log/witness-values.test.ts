import { expect, test } from 'vitest'
import { checks, difference, witnessesIn, witnessText } from './witness-values.ts'

const one = { key: 'one.example+1c2d3e4f+BAAA', url: 'https://one.example/witness' }
const two = { key: 'two.example+5c2d3e4f+BAAA', url: 'https://two.example' }

test('witnesses are told apart from one another by line, and come back as they were', () => {
  expect(witnessesIn(`\n ${witnessText([one, two])} \r\n`)).toEqual([one, two])
  expect(witnessesIn('')).toEqual([])
})

test.each([
  ['a key without an address', one.key],
  ['an address that is none', `${one.key} one.example`],
  ['a third word', `${one.key} ${one.url} now`],
])('%s is refused', (_, line) => {
  expect(checks.list(line)).toMatch('verifier key')
})

test('one witness counts once, and no more than there are can be asked for', () => {
  expect(checks.list(witnessText([one, one]))).toMatch('twice')
  const list = witnessText([one, two])
  expect([checks.quorum(2, { list, quorum: 2 }), checks.quorum('', { list, quorum: '' })]).toEqual([null, expect.any(String)])
  expect(checks.quorum(3, { list, quorum: 3 })).not.toBeNull()
  expect(checks.list(Array.from({ length: 17 }, (_, at) => `w${at}.example+1c2d3e4f+BAAA ${one.url}`).join('\n'))).toMatch('16')
})

test('what changes is said as what comes and what goes', () => {
  expect(difference([one], [two])).toEqual({ added: 1, removed: 1 })
  expect(difference([one], [one, two])).toEqual({ added: 1, removed: 0 })
})
