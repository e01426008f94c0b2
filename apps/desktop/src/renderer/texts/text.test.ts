import { IntlMessageFormat } from 'intl-messageformat'
import { afterEach, describe, expect, test } from 'vitest'
import { english } from './catalogue.ts'
import { pseudo } from './pseudo.ts'
import { richText, setLanguage, text } from './text.ts'

const all = Object.entries(english).flatMap(([feature, texts]) =>
  Object.entries(texts as Readonly<Record<string, string>>).map(([name, template]) => [`${feature}.${name}`, template] as const),
)

describe('the catalogue', () => {
  test.for(all)('%s is a message that can be said, also in the language of tests', ([, template]) => {
    const message = new IntlMessageFormat(template, 'en-GB')
    expect(() => new IntlMessageFormat(pseudo(message.getAst()), 'en-GB')).not.toThrow()
  })
})

afterEach(() => setLanguage('en-GB'))

test('figures choose the form of the word', () => {
  expect(text('shell.connections', { count: 0 })).toBe('No connections')
  expect(text('shell.connections', { count: 1 })).toBe('1 connection')
  expect(text('shell.connections', { count: 1234 })).toBe('1,234 connections')
})

test('a name is said as it is, whatever is in it', () => {
  expect(text('common.copyNamed', { what: '<b>{count}</b>' })).toBe('Copy <b>{count}</b>')
})

test.for(all.filter(([, template]) => !/<|\{\w+,/.test(template)))(
  '%s is said as the parser of messages says it',
  ([key, template]) => {
    const values = Object.fromEntries(Array.from(template.matchAll(/\{(\w+)\}/g), ([, name = '']) => [name, `“${name}” {0} <b>`]))
    const expected = new IntlMessageFormat(template, 'en-GB').format(values)
    expect(text(key as 'common.copyNamed', values as { what: string })).toBe(expected)
    expect(richText(key as 'common.copyNamed', values as { what: string })).toBe(expected)
  },
)

test('plain words lose the marks of emphasis', () => {
  expect(text('errors.agentGone')).toMatch(/^The background agent stopped\. /)
})

test('the language of tests is longer, marked, and keeps what is put in', () => {
  setLanguage('pseudo')
  expect(text('common.copyNamed', { what: '127.0.0.1' })).toMatch(/^\[Cöpy.*127\.0\.0\.1\]$/)
  expect(text('common.cancel').length).toBeGreaterThan('Cancel'.length * 1.4)
})
