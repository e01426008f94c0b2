/** A field of a form that may hold a secret, and what is wrong with what was typed. Pure. */
import { text } from '../../../texts/text.ts'

export interface SealedField {
  readonly name: string
  readonly label: () => string
  readonly hint?: () => string
  /** `secret` shows dots; `pem` takes several lines; `choice` is one of its options. */
  readonly form: 'secret' | 'pem' | 'plain' | 'choice'
  readonly options?: () => readonly { readonly value: string; readonly label: string }[]
  /** Longest content, in characters. */
  readonly most: number
  readonly optional?: true
  /** What is wrong with it, beside the others; null: nothing. */
  readonly fault?: (value: string, all: ReadonlyMap<string, string>) => string | null
}

export interface Fault {
  readonly field: string
  readonly message: string
}

/** The first field with something wrong, and what. */
export const faultIn = (fields: readonly SealedField[], all: ReadonlyMap<string, string>): Fault | null => {
  for (const { name, form, optional, fault } of fields) {
    const value = all.get(name) ?? ''
    const typed = form === 'secret' ? value : value.trim()
    if (typed === '' && optional) continue
    const message = typed === '' ? text('admin.required') : (fault?.(value, all) ?? null)
    if (message !== null) return { field: name, message }
  }
  return null
}

/** That a text in PEM form holds such a thing. */
export const holds =
  (label: string, message: () => string) =>
  (content: string): string | null =>
    content.includes(`${label}-----`) ? null : message()
