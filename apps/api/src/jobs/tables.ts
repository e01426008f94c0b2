import type { ColumnType } from 'kysely'

export interface JobTables {
  job_leaders: {
    job: string
    /** Grows with each new leader; int8. */
    fence: ColumnType<string | number, number, number>
    since: Date
  }
}
