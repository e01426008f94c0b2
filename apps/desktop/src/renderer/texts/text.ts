/** Says texts of the catalogue. The language is chosen once, before anything is drawn. */
import { IntlMessageFormat } from 'intl-messageformat'
import { createElement, Fragment, type ReactNode } from 'react'
import { english, type TextKey, type TextOf } from './catalogue.ts'
import type { Arguments, Value } from './message.ts'
import { pseudo } from './pseudo.ts'

export type Language = 'en-GB' | 'pseudo'

let language: Language = 'en-GB'
const compiled = new Map<TextKey, IntlMessageFormat>()

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

const messageOf = (key: TextKey): IntlMessageFormat => {
  const known = compiled.get(key)
  if (known) return known
  const message = new IntlMessageFormat(templateOf(key), localeTag())
  const shown = language === 'pseudo' ? new IntlMessageFormat(pseudo(message.getAst()), localeTag()) : message
  compiled.set(key, shown)
  return shown
}

/** The text as plain characters; marks of emphasis are dropped. */
export const text = <Key extends TextKey>(key: Key, ...[values]: Arguments<TextOf<Key>>): string => {
  const plain = { b: (parts: readonly string[]) => parts.join('') }
  return String(messageOf(key).format<string>({ ...(values as Readonly<Record<string, Value>> | undefined), ...plain }))
}

/** The text with its emphasis. */
export const richText = <Key extends TextKey>(key: Key, ...[values]: Arguments<TextOf<Key>>): ReactNode => {
  const marks = { b: (parts: readonly ReactNode[]) => createElement('strong', null, ...parts) }
  const parts = messageOf(key).format<ReactNode>({ ...(values as Readonly<Record<string, Value>> | undefined), ...marks })
  return Array.isArray(parts) ? createElement(Fragment, null, ...(parts as ReactNode[])) : (parts as ReactNode)
}
