/**
 * What was begun by a signed call and is finished on a page in the system browser. The page's address carries a random id, the
 * page's answer a one-time code for the loopback port of who began; of both only a hash is kept.
 */
import { createHash, randomBytes } from 'node:crypto'
import { toBase64url } from '@sallyport/protocol'
import { type Selectable, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { DeviceFacts } from '../devices/index.ts'
import { openFlow, sealBegun, sealTypedNames } from './personal.ts'
import type { Act, BrowserFlowsTable } from './tables.ts'

/** Milliseconds that a person has for the page; that a program has for the code (RFC 6749 §4.1.2 asks for ten minutes at most). */
const FLOW_LIFETIME = 10 * 60_000
const CODE_LIFETIME = 60_000
/** The same for a person who carries the code to another computer. */
const SHOWN_CODE_LIFETIME = 5 * 60_000
const RANDOM_BYTES = 32

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
const randomText = (): string => toBase64url(randomBytes(RANDOM_BYTES))

/** Where the code goes, and what its receiver will prove. */
export interface FlowReceiver {
  /** Of a loopback listener beside the browser; null: the person brings the code. */
  readonly redirectPort: number | null
  readonly state: string
  readonly codeChallenge: string
}

export interface SigningIn {
  readonly deviceKey: Uint8Array
  readonly sessionKey: Uint8Array
  readonly facts: DeviceFacts
}

export type FlowDraft = FlowReceiver &
  (
    | ({ readonly kind: 'sign-in' } & SigningIn)
    | ({ readonly kind: 'invitation'; readonly invitationHash: Uint8Array } & SigningIn)
    | { readonly kind: 'presence'; readonly session: string; readonly act: Act | null }
  )

/** What became of the person so far. */
interface FlowProgress {
  readonly user: string | null
  readonly passwordHash: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly replaces: string | null
  readonly recovered: boolean
  readonly codeExpiresAt: Date | null
}

export type BrowserFlow = FlowDraft & FlowProgress

const fromRow = async (transaction: Transaction, row: Selectable<BrowserFlowsTable>): Promise<BrowserFlow> => {
  const { facts, act = null, firstName = null, lastName = null } = await openFlow(transaction, row)
  const common = {
    redirectPort: row.redirect_port,
    state: row.state,
    codeChallenge: row.code_challenge,
    user: row.user_id,
    passwordHash: row.password_hash,
    firstName,
    lastName,
    replaces: row.replaces,
    recovered: row.recovered,
    codeExpiresAt: row.code_expires_at,
  }
  // The table's own checks say what each kind has.
  if (row.kind === 'presence') return { ...common, kind: row.kind, session: row.session_id!, act }
  const deviceKey = new Uint8Array(row.device_key!)
  const sessionKey = new Uint8Array(row.session_key!)
  const signingIn = { ...common, deviceKey, sessionKey, facts: facts! }
  if (row.kind === 'sign-in') return { ...signingIn, kind: row.kind }
  return { ...signingIn, kind: row.kind, invitationHash: new Uint8Array(row.invitation_hash!) }
}

const columnsOf = async (transaction: Transaction, idHash: Buffer, draft: FlowDraft) => {
  if (draft.kind === 'presence') {
    const personal = draft.act === null ? null : await sealBegun(transaction, idHash, { act: draft.act })
    return { session_id: draft.session, personal, device_key: null, session_key: null, invitation_hash: null }
  }
  return {
    session_id: null,
    device_key: Buffer.from(draft.deviceKey),
    session_key: Buffer.from(draft.sessionKey),
    personal: await sealBegun(transaction, idHash, { facts: draft.facts }),
    invitation_hash: draft.kind === 'invitation' ? Buffer.from(draft.invitationHash) : null,
  }
}

/** `id`: for the page's address. `now` in milliseconds. */
export const beginFlow = async (
  transaction: Transaction,
  draft: FlowDraft,
  now: number,
): Promise<{ readonly id: string; readonly expiresAt: Date }> => {
  const [id, expiresAt] = [randomText(), new Date(now + FLOW_LIFETIME)]
  const idHash = hashOf(id)
  await transaction
    .insertInto('browser_flows')
    .values({
      id_hash: idHash,
      kind: draft.kind,
      redirect_port: draft.redirectPort,
      state: draft.state,
      code_challenge: draft.codeChallenge,
      ...(await columnsOf(transaction, idHash, draft)),
      user_id: null,
      password_hash: null,
      names_personal: null,
      step_hash: null,
      replaces: null,
      code_hash: null,
      code_expires_at: null,
      expires_at: expiresAt,
    })
    .execute()
  return { id, expiresAt }
}

/** Null for one that is unknown, over, or has given its code. */
export const findFlow = async (transaction: Transaction, id: string, now: number): Promise<BrowserFlow | null> => {
  const row = await transaction
    .selectFrom('browser_flows')
    .selectAll()
    .where('id_hash', '=', hashOf(id))
    .where('expires_at', '>', new Date(now))
    .where('code_hash', 'is', null)
    .executeTakeFirst()
  return row === undefined ? null : fromRow(transaction, row)
}

/** As {@link findFlow}, and only with what the page after the password was given; nobody else changes it meanwhile. */
export const lockFlowAtStep = async (
  transaction: Transaction,
  place: { readonly id: string; readonly step: string },
  now: number,
): Promise<BrowserFlow | null> => {
  const row = await transaction
    .selectFrom('browser_flows')
    .selectAll()
    .where('id_hash', '=', hashOf(place.id))
    .where('step_hash', '=', hashOf(place.step))
    .where('expires_at', '>', new Date(now))
    .where('code_hash', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row === undefined ? null : fromRow(transaction, row)
}

export type FlowUpdate = Partial<Omit<FlowProgress, 'codeExpiresAt' | 'firstName' | 'lastName'>> & {
  readonly names?: { readonly firstName: string; readonly lastName: string }
}

const updateOf = async (transaction: Transaction, id: string, update: FlowUpdate) => ({
  ...(update.user === undefined ? {} : { user_id: update.user }),
  ...(update.passwordHash === undefined ? {} : { password_hash: update.passwordHash }),
  ...(update.names === undefined ? {} : { names_personal: await sealTypedNames(transaction, hashOf(id), update.names) }),
  ...(update.replaces === undefined ? {} : { replaces: update.replaces }),
  ...(update.recovered === undefined ? {} : { recovered: update.recovered }),
})

/** Goes on to a second page; returns what only that page carries. Null when the flow gave its code meanwhile. */
export const enterStep = async (transaction: Transaction, id: string, update: FlowUpdate): Promise<string | null> => {
  const step = randomText()
  const changed = await transaction
    .updateTable('browser_flows')
    .set({ ...(await updateOf(transaction, id, update)), step_hash: hashOf(step) })
    .where('id_hash', '=', hashOf(id))
    .where('code_hash', 'is', null)
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n ? step : null
}

/** The one-time code; null when the flow has given one. */
export const giveCode = async (
  transaction: Transaction,
  id: string,
  { update, now }: { readonly update: FlowUpdate; readonly now: number },
): Promise<string | null> => {
  const code = randomText()
  const [soon, later] = [new Date(now + CODE_LIFETIME), new Date(now + SHOWN_CODE_LIFETIME)]
  const changed = await transaction
    .updateTable('browser_flows')
    .set({
      ...(await updateOf(transaction, id, update)),
      code_hash: hashOf(code),
      code_expires_at: sql<Date>`case when redirect_port is null then ${later}::timestamptz else ${soon}::timestamptz end`,
    })
    .where('id_hash', '=', hashOf(id))
    .where('code_hash', 'is', null)
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n ? code : null
}

/** Uses the code up, whatever comes of it. Null for one that is unknown, used or too old. */
export const spendCode = async (transaction: Transaction, code: string, now: number): Promise<BrowserFlow | null> => {
  const row = await transaction
    .deleteFrom('browser_flows')
    .where('code_hash', '=', hashOf(code))
    .returningAll()
    .executeTakeFirst()
  if (row === undefined || row.code_expires_at === null || row.code_expires_at.getTime() <= now) return null
  return fromRow(transaction, row)
}

/** Returns how many were deleted. */
export const deleteExpiredFlows = async (transaction: Transaction, now: number): Promise<number> => {
  const deleted = await transaction.deleteFrom('browser_flows').where('expires_at', '<=', new Date(now)).executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
