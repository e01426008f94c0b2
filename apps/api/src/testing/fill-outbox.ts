/**
 * Commits entries as changes of the API leave them, all together, so that they wait for their numbers at once. Prints `committing`
 * just before, and then when it was done: milliseconds since 1970. Run by the bench, as a process of its own.
 */
import { withOrganization } from '../db/with-organization.ts'
import { openPool } from '../db/pool.ts'
import { recordAudit } from '../domains/audit/index.ts'

export interface OutboxFilling {
  /** Of the role `api`. */
  readonly connectionString: string
  readonly organization: string
  /** Who acts in all of them, from an address that the log seals for them. */
  readonly user: string
  readonly count: number
}

const { count, organization, user, ...login } = JSON.parse(process.argv[2]!) as OutboxFilling
const pool = openPool({ role: 'api', login, onConnectionLost: () => undefined })
const actor = { kind: 'user', id: user, device: null, session: null, address: '192.0.2.1' } as const
await withOrganization(pool, organization, async (transaction) => {
  for (let each = 0; each < count; each++) {
    const details = { before: null, after: { name: `site ${each}` } }
    await recordAudit(transaction, { type: 'site.created', actor, subject: null, details })
  }
  process.stdout.write('committing\n')
})
process.stdout.write(`${Date.now()}\n`)
await pool.destroy()
