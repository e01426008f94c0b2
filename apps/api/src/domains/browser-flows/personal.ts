/** What a flow holds of people: which computer begins it, what is to be confirmed, and the names that were typed on the page. */
import type { Selectable } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { DeviceFacts } from '../devices/index.ts'
import { personalColumn } from '../personal-data/index.ts'
import type { Act, BrowserFlowsTable } from './tables.ts'

interface Began {
  readonly facts?: DeviceFacts
  readonly act?: Act | null
}

interface TypedNames {
  readonly firstName: string
  readonly lastName: string
}

const begun = personalColumn<Began>('browser_flows')
const names = personalColumn<TypedNames>('browser_flows', 'names_personal')

/** Of no person: who it will be is not known yet, and a flow lives for minutes. */
const placeOf = (idHash: Buffer) => ({ row: idHash.toString('hex'), person: null })

export const sealBegun = (transaction: Transaction, idHash: Buffer, began: Began) =>
  begun.seal(transaction, placeOf(idHash), began)

export const sealTypedNames = (transaction: Transaction, idHash: Buffer, typed: TypedNames) =>
  names.seal(transaction, placeOf(idHash), typed)

export const openFlow = async (
  transaction: Transaction,
  row: Pick<Selectable<BrowserFlowsTable>, 'id_hash' | 'personal' | 'names_personal'>,
): Promise<Began & Partial<TypedNames>> => {
  const place = placeOf(row.id_hash)
  return {
    ...(await begun.open(transaction, { ...place, sealed: row.personal })),
    ...(await names.open(transaction, { ...place, sealed: row.names_personal })),
  }
}
