import type { LogWitness } from '@sallyport/protocol/api'
import type { Generated, JSONColumnType } from 'kysely'

export interface LogWitnessTables {
  /** Who cosigns the heads of an organization's log; none while there is no row. */
  log_witnesses: {
    organization_id: Generated<string>
    witnesses: JSONColumnType<readonly LogWitness[]>
    /** How many of them must have cosigned a head before it counts as witnessed. */
    quorum: number
  }
}
