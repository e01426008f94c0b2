/** Keys of personal data as a role uses them: the organization's is asked of the vault, a person's comes of it and of their seed. */
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'
import { scopeOf } from '../../db/with-organization.ts'

/** What the vault answers: 32 bytes. Throws `vault_unavailable`. */
export type AskForPersonalKey = (input: { readonly organization: string }) => Promise<{ readonly key: Uint8Array }>

/** What one process knows of an organization. */
export interface KeyRing {
  readonly organization: string
  /** For what belongs to no person. */
  readonly common: Buffer
  /** By which a value is found that is sealed. */
  readonly index: Buffer
  readonly secret: KeyObject
  /** Without those who were erased: a transaction that erases somebody may still be rolled back. */
  readonly people: Map<string, { readonly key: Buffer; readonly until: number }>
}

export interface PersonalKeys {
  /** Throws `vault_unavailable`. */
  ringOf(organization: string): Promise<KeyRing>
}

/** Milliseconds after which it is noticed that a person was erased elsewhere; what they had in tables is overwritten at once. */
const KEEP_PERSON = 10 * 60_000
const MAX_PEOPLE = 20_000
const MAX_ORGANIZATIONS = 1024

const derive = (secret: KeyObject, ...parts: readonly (string | Uint8Array)[]): Buffer => {
  const mac = createHmac('sha256', secret)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

const makeRing = (organization: string, key: Uint8Array): KeyRing => {
  const secret = createSecretKey(key)
  const common = derive(secret, `sallyport personal data v1\n${organization}\ncommon`)
  const index = derive(secret, `sallyport personal data v1\n${organization}\nindex`)
  return { organization, secret, common, index, people: new Map() }
}

/** The organization's key is kept for as long as the process lives: who takes access away must not wait for the vault. */
export const personalKeysOf = (ask: AskForPersonalKey): PersonalKeys => {
  const rings = new Map<string, Promise<KeyRing>>()
  const fetchRing = async (organization: string): Promise<KeyRing> => {
    const { key } = await ask({ organization })
    const ring = makeRing(organization, key)
    key.fill(0)
    return ring
  }
  return {
    async ringOf(organization) {
      const known = rings.get(organization)
      if (known !== undefined) return known
      const ring = fetchRing(organization)
      rings.set(organization, ring)
      const oldest = rings.keys().next().value
      if (rings.size > MAX_ORGANIZATIONS && oldest !== undefined) rings.delete(oldest)
      try {
        return await ring
      } catch (error) {
        rings.delete(organization)
        throw error
      }
    },
  }
}

const keysOfPools = new WeakMap<Pool, PersonalKeys>()

/** From now on transactions of this pool read and write personal data. */
export const usePersonalKeys = (pool: Pool, keys: PersonalKeys): void => {
  keysOfPools.set(pool, keys)
}

/** Throws `vault_unavailable`. */
export const ringOf = async (transaction: Transaction): Promise<KeyRing> => {
  const { pool, organization } = scopeOf(transaction)
  const keys = keysOfPools.get(pool)
  if (keys === undefined) throw new TypeError('this pool has no keys of personal data')
  return keys.ringOf(organization)
}

const keep = (ring: KeyRing, person: string, seed: Uint8Array): Buffer => {
  const key = derive(ring.secret, `sallyport personal data v1\n${ring.organization}\n${person}\n`, seed)
  ring.people.delete(person)
  ring.people.set(person, { key, until: Date.now() + KEEP_PERSON })
  const oldest = ring.people.keys().next().value
  if (ring.people.size > MAX_PEOPLE && oldest !== undefined) ring.people.delete(oldest)
  return key
}

/** What belongs into the row of somebody new, beside their id: without it nothing of theirs opens any more. */
export const seedOfNewPerson = async (transaction: Transaction, person: string): Promise<Buffer> => {
  const seed = randomBytes(32)
  keep(await ringOf(transaction), person, seed)
  return seed
}

/** Of people who are about to be opened, and whose rows were read: nobody asks for their seeds again. */
export const keepSeeds = (ring: KeyRing, rows: readonly { readonly id: string; readonly seed: Uint8Array | null }[]): void => {
  for (const { id, seed } of rows) if (seed !== null) keep(ring, id, seed)
}

/** Keys of these people; without somebody who was erased, or whom the organization does not have. */
export const personKeys = async (
  transaction: Transaction,
  ring: KeyRing,
  people: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> => {
  const [found, missing] = [new Map<string, Buffer>(), [] as string[]]
  for (const person of new Set(people)) {
    const known = ring.people.get(person)
    if (known === undefined || known.until <= Date.now()) missing.push(person)
    else found.set(person, known.key)
  }
  if (missing.length === 0) return found
  const rows = await transaction
    .selectFrom('users')
    .select(['id', 'seed'])
    .where(sql<boolean>`id = any(${missing}::uuid[])`)
    .execute()
  for (const { id, seed } of rows) {
    if (seed !== null) found.set(id, keep(ring, id, seed))
  }
  return found
}
