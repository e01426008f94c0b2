import { randomUUID } from 'node:crypto'
import type { alert, AuditActor } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'

export type AlertKind = z.infer<typeof alert>['kind']

export interface RaiseAlertOptions {
  readonly organization: string
  readonly kind: AlertKind
  /** Whom and which device it is about; null where nobody is known. */
  readonly user: string | null
  readonly device: string | null
  /** One sentence for administrators, at most 500 characters; never a secret, nor what somebody typed or is called: it is kept in clear. */
  readonly message: string
  /** Who caused it. */
  readonly actor: AuditActor
  /** Milliseconds since 1970; the database's time if absent. */
  readonly at?: number
}

/** Raises an alert, with its audit entry `alert.raised`, in the caller's transaction. Returns its id. */
export const raiseAlert = async (transaction: Transaction, options: RaiseAlertOptions): Promise<string> => {
  const { organization, kind, user, device, actor, at } = options
  const message = options.message.slice(0, 500)
  const id = randomUUID()
  await transaction
    .insertInto('alerts')
    .values({
      id,
      organization_id: organization,
      kind,
      user_id: user,
      device_id: device,
      message,
      ...(at === undefined ? {} : { at: new Date(at) }),
    })
    .execute()
  await recordAudit(transaction, {
    type: 'alert.raised',
    actor,
    subject: { kind: 'alert', id },
    details: { kind, user, device, message },
    ...(at === undefined ? {} : { at }),
  })
  await notifyChange(transaction, { organization, topic: 'alerts' })
  return id
}
