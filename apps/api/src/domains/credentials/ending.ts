/** Client certificates that end soon: people are told before, in time to replace them, and once more when they have ended. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import type { Author } from '../audit/index.ts'

/** Days before the end at which an alert is raised, last first. */
const DAYS = [0, 7, 30] as const
const DAY = 86_400_000
/** Secrets of one step. */
const LIMIT = 100

interface Ending {
  readonly id: string
  readonly ends_at: Date
  readonly told_days: number | null
  readonly names: string[]
}

const messageOf = ({ names, ends_at: endsAt }: Ending, days: number): string => {
  const whose = names.length === 0 ? 'a secret that no credential uses' : names.join(', ')
  const day = endsAt.toISOString().slice(0, 10)
  return days === 0
    ? `The client certificate of ${whose} ended on ${day}: nobody can connect with it. Replace it.`
    : `The client certificate of ${whose} ends on ${day}. Replace it before.`
}

/** Raises each alert once: see {@link DAYS}. True: there may be more. */
export const tellOfEndingCertificates = async (
  transaction: Transaction,
  { organization, actor, now }: Author,
): Promise<boolean> => {
  const { rows } = await sql<Ending>`
    select secrets.id, secrets.ends_at, secrets.told_days, array(
        select resources.name || '/' || credentials.name from credentials
        join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
        where credentials.organization_id = secrets.organization_id and credentials.secret_id = secrets.id
        order by 1 limit 5) as names
    from secrets
    where secrets.ends_at is not null and (
      ${sql.join(
        DAYS.map(
          (days) => sql`(secrets.ends_at <= ${new Date(now + days * DAY)} and coalesce(secrets.told_days, 1000) > ${days})`,
        ),
        sql` or `,
      )})
    order by secrets.ends_at limit ${LIMIT}`.execute(transaction)
  for (const row of rows) {
    const days = DAYS.find((each) => row.ends_at.getTime() <= now + each * DAY) ?? 0
    const message = messageOf(row, days)
    await raiseAlert(transaction, { organization, kind: 'certificate-ending', user: null, device: null, message, actor, at: now })
    await transaction.updateTable('secrets').set({ told_days: days }).where('id', '=', row.id).execute()
  }
  return rows.length === LIMIT
}
