import { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/** Throws `not_found` unless every site exists. The sites stay until the transaction ends. */
export const requireSites = async (transaction: Transaction, sites: readonly string[]): Promise<void> => {
  const wanted = [...new Set(sites)]
  const found = await transaction.selectFrom('sites').select('id').where('id', 'in', wanted).forKeyShare().execute()
  if (found.length !== wanted.length) throw new SallyportError('not_found', { message: 'There is no such site.' })
}

/** A gateway is dialled, a relay dials. Throws `invalid_request`. */
export const checkAddress = (kind: 'gateway' | 'relay', address: object | null): void => {
  if (kind === 'gateway' && address === null)
    throw new SallyportError('invalid_request', { message: 'A gateway needs the address at which clients reach it.' })
  if (kind === 'relay' && address !== null)
    throw new SallyportError('invalid_request', { message: 'A relay has no address: it dials out to the gateways.' })
}

/** Throws `conflict` when another gateway that is not revoked has the name. */
export const requireFreeName = async (transaction: Transaction, name: string, except?: string): Promise<void> => {
  let query = transaction.selectFrom('gateways').select('id').where('name', '=', name).where('status', '=', 'joined')
  if (except !== undefined) query = query.where('id', '!=', except)
  if ((await query.executeTakeFirst()) !== undefined) {
    throw new SallyportError('conflict', { message: 'Another gateway has this name.' })
  }
}

/** Makes these the gateway's sites. */
export const replaceSites = async (transaction: Transaction, gateway: string, sites: readonly string[]): Promise<void> => {
  await transaction.deleteFrom('gateway_sites').where('gateway_id', '=', gateway).execute()
  const rows = [...new Set(sites)].map((site) => ({ gateway_id: gateway, site_id: site }))
  if (rows.length > 0) await transaction.insertInto('gateway_sites').values(rows).execute()
}
