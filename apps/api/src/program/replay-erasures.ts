/** People whom the erasure ledger names and the database does not: a backup of before was restored. They are erased again. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { erasePerson, findErasure } from '../domains/privacy/index.ts'
import type { ErasureLedger, LedgerLine } from '../files/erasure-ledger.ts'

const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

export interface ReplayOptions {
  readonly pool: Pool
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
  readonly ledger: Pick<ErasureLedger, 'read'>
}

const replay = ({ pool, clock }: ReplayOptions, { organization, person }: LedgerLine): Promise<boolean> =>
  withOrganization(pool, organization, async (transaction) => {
    if ((await findErasure(transaction, person)) !== null) return false
    try {
      await erasePerson(transaction, { organization, actor, now: clock() }, { person, again: true })
      return true
    } catch (error) {
      // The backup is of before they came, or of another organization.
      if (error instanceof SallyportError && error.code === 'not_found') return false
      throw error
    }
  })

/** Before anybody is served. Throws when it cannot be done: nobody is to be seen who was erased. */
export const replayErasures = async (options: ReplayOptions): Promise<void> => {
  const { logger } = options
  let replayed = 0
  const onDamaged = (line: number): void =>
    logger.warn({ event: 'erasures.damaged-line', line }, 'a line of the erasure ledger is damaged')
  for await (const line of options.ledger.read(onDamaged)) if (await replay(options, line)) replayed += 1
  if (replayed > 0) logger.warn({ event: 'erasures.replayed', replayed }, 'people who had been erased were in the database again')
}
