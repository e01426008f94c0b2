/** Says texts of the catalogue. The language is chosen once, before anything is drawn. */
import { IntlMessageFormat } from 'intl-messageformat'
import { createElement, Fragment, type ReactNode } from 'react'
import { english, type TextKey, type TextOf } from './catalogue.ts'
import type { Arguments, Value } from './message.ts'
import { pseudo } from './pseudo.ts'

export type Language = 'en-GB' | 'pseudo'

type Values = Readonly<Record<string, Value>>

/** A text of words and names alone: its parts in turn, words first. */
type Plain = readonly string[]

let language: Language = 'en-GB'
const compiled = new Map<TextKey, IntlMessageFormat | Plain>()

export const setLanguage = (next: Language): void => {
  language = next
  compiled.clear()
}

/** The BCP 47 tag that numbers and dates are written by. */
export const localeTag = (): string => (language === 'pseudo' ? 'en-GB' : language)

const templateOf = (key: TextKey): string => {
  const [feature = '', name = ''] = key.split('.')
  const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = english
  const template = texts[feature]?.[name]
  if (template === undefined) throw new Error(`No text ${key}.`)
  return template
}

/** No plurals, marks or quotes: such a text needs no parser, and most are such. */
const PLAIN = /^(?:[^{}<']|'(?![{}<'])|\{\w+\})*$/

const messageOf = (key: TextKey): IntlMessageFormat | Plain => {
  const known = compiled.get(key)
  if (known) return known
  const made = compile(templateOf(key))
  compiled.set(key, made)
  return made
}

const compile = (template: string): IntlMessageFormat | Plain => {
  if (language === 'pseudo') return new IntlMessageFormat(pseudo(new IntlMessageFormat(template).getAst()), localeTag())
  return PLAIN.test(template) ? template.split(/\{(\w+)\}/) : new IntlMessageFormat(template, localeTag())
}

const isPlain = (message: IntlMessageFormat | Plain): message is Plain => Array.isArray(message)

/** Every other part is the name of what is put in. */
const join = (parts: Plain, values: Values = {}): string =>
  parts.map((part, at) => (at % 2 === 0 ? part : String(values[part]))).join('')

/** The text as plain characters; marks of emphasis are dropped. */
export const text = <Key extends TextKey>(key: Key, ...[values]: Arguments<TextOf<Key>>): string => {
  const message = messageOf(key)
  if (isPlain(message)) return join(message, values)
  return String(message.format<string>({ ...(values as Values | undefined), b: (parts: readonly string[]) => parts.join('') }))
}

/** The text with its emphasis. */
export const richText = <Key extends TextKey>(key: Key, ...[values]: Arguments<TextOf<Key>>): ReactNode => {
  const message = messageOf(key)
  if (isPlain(message)) return join(message, values)
  const marks = { b: (parts: readonly ReactNode[]) => createElement('strong', null, ...parts) }
  const parts = message.format<ReactNode>({ ...(values as Values | undefined), ...marks })
  return Array.isArray(parts) ? createElement(Fragment, null, ...(parts as ReactNode[])) : (parts as ReactNode)
}
