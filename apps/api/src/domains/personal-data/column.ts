/**
 * A column that holds what is personal in its row: JSON, sealed under the key of the person whom it is about or who typed it, or
 * under the organization's where there is none. Organization, table, column and row are its associated data, so that a value fits
 * its own place only. Whoever was erased has no key any more: nothing of theirs opens, and nothing new is kept.
 */
import { createHmac } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { openBytes, sealBytes } from '../../keys/envelope.ts'
import { type KeyRing, personKeys, ringOf } from './keys.ts'

export interface PersonalPlace {
  /** Key of the row, as text. */
  readonly row: string
  /** null: nobody's. */
  readonly person: string | null
}

export interface SealedPlace extends PersonalPlace {
  readonly sealed: Uint8Array | null
}

export interface PersonalColumn<Value> {
  /** null for somebody who was erased. */
  seal(transaction: Transaction, place: PersonalPlace, value: Value): Promise<Buffer | null>
  /** In the order of the places; null for what was erased. Throws `secret_unavailable` for what does not belong to its place. */
  openAll(transaction: Transaction, places: readonly SealedPlace[]): Promise<(Value | null)[]>
  open(transaction: Transaction, place: SealedPlace): Promise<Value | null>
}

type KeyOf = (person: string | null) => Buffer | undefined

const keysFor = async (transaction: Transaction, ring: KeyRing, places: readonly PersonalPlace[]): Promise<KeyOf> => {
  const people = places.map(({ person }) => person).filter((person) => person !== null)
  const keys = await personKeys(transaction, ring, people)
  return (person) => (person === null ? ring.common : keys.get(person))
}

export const personalColumn = <Value extends object>(table: string, column = 'personal'): PersonalColumn<Value> => {
  const contextOf = (organization: string, row: string) => ({
    use: 'sallyport personal data v1',
    organization,
    table,
    column,
    row,
  })

  const openAll: PersonalColumn<Value>['openAll'] = async (transaction, places) => {
    const present = places.filter(({ sealed }) => sealed !== null)
    if (present.length === 0) return places.map(() => null)
    const ring = await ringOf(transaction)
    const keyOf = await keysFor(transaction, ring, present)
    return places.map(({ row, person, sealed }) => {
      const key = keyOf(person)
      if (sealed === null || key === undefined) return null
      try {
        return JSON.parse(openBytes(sealed, key, contextOf(ring.organization, row)).toString('utf8')) as Value
      } catch (cause) {
        throw new SallyportError('secret_unavailable', { message: 'Personal data cannot be read.', cause })
      }
    })
  }

  return {
    openAll,
    open: async (transaction, place) => (await openAll(transaction, [place]))[0] ?? null,
    async seal(transaction, place, value) {
      const ring = await ringOf(transaction)
      const key = (await keysFor(transaction, ring, [place]))(place.person)
      if (key === undefined) return null
      return sealBytes(Buffer.from(JSON.stringify(value)), key, contextOf(ring.organization, place.row))
    },
  }
}

/** By what a sealed value is found: the same for the same value, and telling nothing about it without the organization's key. */
export const blindIndex = async (transaction: Transaction, kind: string, value: string): Promise<Buffer> => {
  const { index } = await ringOf(transaction)
  return createHmac('sha256', index).update(`${kind}\n${value}`).digest()
}
