/** Compromised gateways, for as long as something that they opened is in use. */
import type { OpenedRemedy } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { endAlerts, hasLastingAlert, raiseAlert } from '../alerts/index.ts'
import type { Author } from '../audit/index.ts'
import { openedBy, remedy, withSecrets } from './opened.ts'

/** Gateways that are looked through at a time. */
const LIMIT = 1000

export const exposingGateways = async (transaction: Transaction): Promise<string[]> => {
  const rows = await transaction.selectFrom('gateways').select('id').where('secrets_exposed', '=', true).limit(LIMIT).execute()
  return rows.map(({ id }) => id)
}

/** Whether a compromised gateway opened what the credential has now. */
export const isExposed = async (transaction: Transaction, credential: string): Promise<boolean> => {
  const gateways = await exposingGateways(transaction)
  if (gateways.length === 0) return false
  const { rows } = await sql`
    select 1 from ${withSecrets} where credentials.id = ${credential} and ${openedBy(gateways)} limit 1`.execute(transaction)
  return rows.length > 0
}

const messageOf = (gateway: string): string =>
  `Gateway ${gateway} was compromised. Secrets that it opened must be replaced by hand; "sallyport admin gateways opened ${gateway}" names them.`

/** What nothing rotates is told until somebody has replaced it. Returns those that have something in use still. */
export const watchExposed = async (transaction: Transaction, author: Author): Promise<readonly string[]> => {
  const kind = 'secret-exposed'
  const exposing: string[] = []
  for (const gateway of await exposingGateways(transaction)) {
    const { rows } = await sql<{ remedy: OpenedRemedy }>`
      select distinct ${remedy} as remedy from ${withSecrets} where ${openedBy([gateway])}`.execute(transaction)
    const remedies = new Set(rows.map((row) => row.remedy))
    const message = messageOf(gateway)
    const isTold = await hasLastingAlert(transaction, kind, message)
    if (remedies.has('replacement')) {
      const { organization, actor, now } = author
      if (!isTold) await raiseAlert(transaction, { kind, user: null, device: null, organization, actor, message, at: now })
    } else if (isTold) await endAlerts(transaction, { kind, message }, author)
    if (remedies.has('replacement') || remedies.has('rotation')) exposing.push(gateway)
    else await transaction.updateTable('gateways').set({ secrets_exposed: false }).where('id', '=', gateway).execute()
  }
  return exposing
}
