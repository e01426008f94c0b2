/**
 * Personal data of entries, under a key for each person: `spec/personal-data.md` of the protocol. What is done here is done in the
 * transaction that it is handed, so that an erasure and an entry that is just being numbered see each other.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { type CanonicalValue, canonicalJson, fromBase64url, SallyportError } from '@sallyport/protocol'
import { type AuditEntry, hidePersonalData, type Holder, type PersonalFields, showPersonalData } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { openBytes, sealBytes } from '../../keys/envelope.ts'
import type { RootKey } from '../../keys/root-key.ts'

const VERSION = 1
const KEY = 32
const NONCE = 12
const TAG = 16

export interface ShownEntry {
  readonly entry: AuditEntry
  /** Whose part was erased. */
  readonly erased: readonly Holder[]
}

export interface PersonalData {
  /** These entries as they are hashed, in their order; each is sealed when it is taken. */
  seal(transaction: Transaction, organization: string, entries: readonly AuditEntry[]): Promise<Iterable<AuditEntry>>
  /** These entries as people read them; `only`: of this person alone. Throws `log_unavailable` when a part cannot be opened. */
  show(
    transaction: Transaction,
    organization: string,
    wanted: { readonly entries: readonly AuditEntry[]; readonly only?: Holder | undefined },
  ): Promise<ShownEntry[]>
}

const privacyKeyContext = (organization: string, id: string) => ({ use: 'sallyport privacy key v1', organization, key: id })

/** Keys that an organization may have had. */
const MAX_PRIVACY_KEYS = 16

/** Newest first; null for one that does not open under this root key: it is lost, and what was under it with it. */
const readPrivacyKeys = async (transaction: Transaction, organization: string, root: RootKey): Promise<(Buffer | null)[]> => {
  const rows = await transaction
    .selectFrom('privacy_keys')
    .select(['id', 'wrapped'])
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MAX_PRIVACY_KEYS)
    .execute()
  return rows.map(({ id, wrapped }) => {
    try {
      return openBytes(wrapped, root.key, privacyKeyContext(organization, id))
    } catch {
      return null
    }
  })
}

const addPrivacyKey = async (transaction: Transaction, organization: string, root: RootKey): Promise<void> => {
  const id = crypto.randomUUID()
  const secret = randomBytes(KEY)
  const wrapped = sealBytes(secret, root.key, privacyKeyContext(organization, id))
  secret.fill(0)
  await transaction
    .insertInto('privacy_keys')
    .values({
      id,
      wrapped,
      created_at: sql`greatest(clock_timestamp(), (select max(created_at) + interval '1 millisecond' from privacy_keys))`,
    })
    .execute()
}

/** The newest; made when there is none. Throws `log_unavailable` when it does not open: another one is begun by hand. */
const presentPrivacyKey = async (transaction: Transaction, organization: string, root: RootKey): Promise<Buffer> => {
  let [newest] = await readPrivacyKeys(transaction, organization, root)
  if (newest === undefined) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`sallyport privacy key ${organization}`}, 0))`.execute(transaction)
    newest = (await readPrivacyKeys(transaction, organization, root))[0]
  }
  if (newest === undefined) {
    await addPrivacyKey(transaction, organization, root)
    newest = (await readPrivacyKeys(transaction, organization, root))[0]
  }
  if (!newest)
    throw new SallyportError('log_unavailable', { cause: new Error('the privacy key does not open: its root key is lost') })
  return newest
}

/** Begins another one when the newest does not open. */
export const replaceLostPrivacyKey = async (transaction: Transaction, organization: string, root: RootKey): Promise<void> => {
  const known = await readPrivacyKeys(transaction, organization, root)
  if (known[0] !== null) return
  if (known.length >= MAX_PRIVACY_KEYS) throw new SallyportError('limit_reached', { message: 'This log has had too many keys.' })
  await addPrivacyKey(transaction, organization, root)
}

/** null: erased. */
type Seeds = ReadonlyMap<Holder, Buffer | null>

const readSeeds = async (transaction: Transaction, holders: readonly Holder[]): Promise<Map<Holder, Buffer | null>> => {
  const { rows } = await sql<{ readonly holder: Holder; readonly seed: Buffer | null }>`
    select holder, seed from person_keys where holder = any(${holders}::text[])`.execute(transaction)
  return new Map(rows.map(({ holder, seed }) => [holder, seed]))
}

const makeSeeds = async (transaction: Transaction, holders: readonly Holder[]): Promise<Seeds> => {
  const known = await readSeeds(transaction, holders)
  const missing = holders.filter((holder) => !known.has(holder))
  if (missing.length === 0) return known
  await sql`
    insert into person_keys (holder, seed)
    select * from unnest(${missing}::text[], ${missing.map(() => randomBytes(KEY))}::bytea[])
    on conflict do nothing`.execute(transaction)
  return readSeeds(transaction, holders)
}

interface Place {
  readonly organization: string
  readonly holder: Holder
  readonly entry: string
}

/** A key as a handle: as bytes it costs five times as much. */
const hmac = (key: KeyObject, ...parts: (string | Uint8Array)[]): Buffer => {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** HKDF-Extract of RFC 5869, once for each person; {@link entryKeys} are the two blocks of its Expand. */
const personKey = (privacyKey: Buffer, seed: Buffer): KeyObject => createSecretKey(hmac(createSecretKey(seed), privacyKey))

/** One to seal with, and one that makes the nonce of what is sealed. */
const entryKeys = (person: KeyObject, { organization, holder, entry }: Place): { readonly sealing: Buffer; nonce(): Buffer } => {
  const info = `sallyport personal data v1\n${organization}\n${holder}\n${entry}`
  const sealing = hmac(person, info, Uint8Array.of(1))
  return { sealing, nonce: () => hmac(person, sealing, info, Uint8Array.of(2)) }
}

const sealPart = (person: KeyObject, { place, fields }: { place: Place; fields: PersonalFields }): string => {
  const { sealing, nonce: nonceKey } = entryKeys(person, place)
  const plaintext = Buffer.from(canonicalJson(fields as CanonicalValue))
  const nonce = hmac(createSecretKey(nonceKey()), plaintext).subarray(0, NONCE)
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(sealing), nonce, { authTagLength: TAG })
  const ciphertext = cipher.update(plaintext)
  return Buffer.concat([Uint8Array.of(VERSION), nonce, ciphertext, cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

const openPart = (person: KeyObject, { place, sealed }: { place: Place; sealed: string }): PersonalFields => {
  const bytes = Buffer.from(fromBase64url(sealed))
  if (bytes[0] !== VERSION || bytes.length < 1 + NONCE + TAG) throw new TypeError('not a part of this version')
  const key = createSecretKey(entryKeys(person, place).sealing)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE), { authTagLength: TAG })
  decipher.setAuthTag(bytes.subarray(-TAG))
  const text = decipher.update(bytes.subarray(1 + NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8')
  return JSON.parse(text) as PersonalFields
}

/** Null when the key that it is under is lost. Throws for a part that opens under none though none is lost. */
const openUnderAny = (
  personKeys: readonly (KeyObject | null)[],
  part: { readonly place: Place; readonly sealed: string },
): PersonalFields | null => {
  let failure: unknown = new Error('there is no privacy key')
  for (const person of personKeys) {
    if (person === null) continue
    try {
      return openPart(person, part)
    } catch (error) {
      failure = error
    }
  }
  if (personKeys.length === 0 || personKeys.includes(null)) return null
  throw failure
}

export const personalDataUnder = (root: RootKey): PersonalData => ({
  async seal(transaction, organization, entries) {
    const split = entries.map(hidePersonalData)
    const holders = [...new Set(split.flatMap(({ parts }) => [...parts.keys()]))]
    if (holders.length === 0) return split.map(({ hidden }) => hidden)
    const seeds = await makeSeeds(transaction, holders)
    const privacyKey = await presentPrivacyKey(transaction, organization, root)
    const keys = new Map([...seeds].map(([holder, seed]) => [holder, seed && personKey(privacyKey, seed)]))
    const sealOne = ({ hidden, parts }: (typeof split)[number]): AuditEntry => {
      if (parts.size === 0) return hidden
      const personal = [...parts].map(([person, fields]) => {
        const key = keys.get(person) ?? null
        const place = { organization, holder: person, entry: hidden.id }
        return { person, sealed: key === null ? null : sealPart(key, { place, fields }) }
      })
      return { ...hidden, personal }
    }
    function* sealAll(): Generator<AuditEntry> {
      for (const each of split) yield sealOne(each)
    }
    return sealAll()
  },

  async show(transaction, organization, { entries, only }) {
    const holders = [...new Set(entries.flatMap(({ personal = [] }) => personal.map(({ person }) => person)))]
    if (holders.length === 0) return entries.map((entry) => ({ entry, erased: [] }))
    const seeds = await readSeeds(transaction, holders)
    const privacyKeys = await readPrivacyKeys(transaction, organization, root)
    const keys = new Map(
      [...seeds].map(([holder, seed]) => [holder, seed && privacyKeys.map((key) => key && personKey(key, seed))]),
    )
    const showOne = (stored: AuditEntry): ShownEntry => {
      const opened: PersonalFields[] = []
      const erased: Holder[] = []
      for (const { person, sealed } of stored.personal ?? []) {
        if (only !== undefined && person !== only) continue
        const personKeys = keys.get(person) ?? null
        const place = { organization, holder: person, entry: stored.id }
        const fields = sealed === null || personKeys === null ? null : openUnderAny(personKeys, { place, sealed })
        if (fields === null) erased.push(person)
        else opened.push(fields)
      }
      return { entry: showPersonalData(stored, opened), erased }
    }
    try {
      return entries.map(showOne)
    } catch (cause) {
      throw new SallyportError('log_unavailable', { cause })
    }
  },
})

/** Destroys the person's key, and keeps a row so that none is made again. */
export const erasePersonKey = async (transaction: Transaction, person: Holder): Promise<void> => {
  await sql`
    insert into person_keys (holder, seed, erased_at) values (${person}, null, clock_timestamp())
    on conflict (organization_id, holder) do update set seed = null, erased_at = coalesce(person_keys.erased_at, excluded.erased_at)`.execute(
    transaction,
  )
}

/** Destroys the keys of months before this one (`2026-11`): addresses of people who were not known. */
export const eraseMonthsBefore = async (transaction: Transaction, month: Holder): Promise<void> => {
  await sql`
    update person_keys set seed = null, erased_at = clock_timestamp()
    where seed is not null and length(holder) = 7 and holder < ${month}`.execute(transaction)
}
