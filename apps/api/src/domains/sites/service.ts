/** Sites: places in a network. Gateways serve them, and no lease leads out of them. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { countSites, findSite, type Site } from './store.ts'

const MAX_SITES = 1000
const taken = { unique: 'conflict', message: 'There is a site of this name.' } as const

/** Throws `not_found`. */
export const requireSite = async (transaction: Transaction, id: string): Promise<Site> => {
  const site = await findSite(transaction, id)
  if (!site) throw new SallyportError('not_found', { message: 'There is no such site.' })
  return site
}

/** Throws `conflict` for a name that is taken, `limit_reached`. */
export const createSite = async (transaction: Transaction, name: string, author: Author): Promise<Site> => {
  await requireRoom(transaction, { of: 'sites', limit: MAX_SITES }, () => countSites(transaction))
  const site: Site = { id: randomUUID(), name }
  const row = { ...site, created_at: new Date(author.now) }
  await refusing(taken, transaction.insertInto('sites').values(row).execute())
  const subject = { kind: 'site', id: site.id }
  await recordAudit(transaction, {
    type: 'site.created',
    actor: author.actor,
    subject,
    details: { before: null, after: { name } },
  })
  return site
}

/** Throws `not_found`, `conflict` for a name that is taken. */
export const changeSite = async (transaction: Transaction, site: Site, author: Author): Promise<Site> => {
  const before = await requireSite(transaction, site.id)
  await refusing(taken, transaction.updateTable('sites').set({ name: site.name }).where('id', '=', site.id).execute())
  await recordAudit(transaction, {
    type: 'site.changed',
    actor: author.actor,
    subject: { kind: 'site', id: site.id },
    details: { before: { name: before.name }, after: { name: site.name } },
  })
  return site
}

/** Throws `not_found`, `in_use` while a resource lies there or a gateway serves it. */
export const deleteSite = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  const before = await requireSite(transaction, id)
  await refusing(
    { foreign: 'in_use', message: 'Resources or gateways still belong to this site.' },
    transaction.deleteFrom('sites').where('id', '=', id).execute(),
  )
  await recordAudit(transaction, {
    type: 'site.deleted',
    actor: author.actor,
    subject: { kind: 'site', id },
    details: { before: { name: before.name }, after: null },
  })
}
