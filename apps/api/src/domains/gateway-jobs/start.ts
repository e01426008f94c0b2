import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { RotationReason } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { wakeGatewaysOfJob } from './wake.ts'

export interface JobStart {
  readonly kind: 'rotate' | 'test'
  readonly reason: RotationReason
  readonly credential: string
  readonly secret: string
  readonly userName: string
  readonly version: number
  /** Only this one may take it; null: any that serves the resource's site. */
  readonly gateway: string | null
  /** Milliseconds since 1970 before which it is not to be taken. */
  readonly dueAt: number
}

/** Whether a rotation of the credential waits or is under way. */
export const isRotating = async (transaction: Transaction, credential: string): Promise<boolean> => {
  const row = await transaction
    .selectFrom('gateway_jobs')
    .select('id')
    .where('credential_id', '=', credential)
    .where('kind', '=', 'rotate')
    .where('state', 'in', ['waiting', 'taken'])
    .executeTakeFirst()
  return row !== undefined
}

/** Throws `conflict` for a second rotation of one credential at a time. Returns its id. */
export const startJob = async (transaction: Transaction, job: JobStart, author: Author): Promise<string> => {
  const id = randomUUID()
  const result = await transaction
    .insertInto('gateway_jobs')
    .values({
      id,
      kind: job.kind,
      reason: job.reason,
      credential_id: job.credential,
      secret_id: job.secret,
      user_name: job.userName,
      base_version: job.version,
      wanted_gateway_id: job.gateway,
      state: 'waiting',
      due_at: new Date(job.dueAt),
      created_at: new Date(author.now),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (result.numInsertedOrUpdatedRows !== 1n) {
    throw new SallyportError('conflict', { message: 'A rotation of this credential is under way.' })
  }
  await recordAudit(transaction, {
    type: 'job.started',
    actor: author.actor,
    subject: { kind: 'credential', id: job.credential },
    details: { job: id, kind: job.kind, reason: job.reason, secret: job.secret, userName: job.userName, gateway: job.gateway },
    at: author.now,
  })
  if (job.dueAt <= author.now) await wakeGatewaysOfJob(transaction, id)
  return id
}
