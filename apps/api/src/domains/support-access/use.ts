/** What support looked at: an entry for each answer that it is given. */
import type { AuditActor, AuditDetails } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'

export interface SupportUse {
  /** Name of the route. */
  readonly operation: string
  /** Of its path: ids and places, nothing personal. */
  readonly parameters?: unknown
  /** What was looked for, which may be. */
  readonly query?: unknown
  readonly actor: AuditActor
}

const textsOf = (parameters: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters ?? {}).map(([name, value]) => [name, String(value)]))

/** As JSON has it: without what is absent. */
const jsonOf = (value: unknown) => JSON.parse(JSON.stringify(value ?? {})) as AuditDetails<'support-access.used'>['filter']

export const recordSupportUse = async (transaction: Transaction, use: SupportUse): Promise<void> => {
  const { operation, parameters, query, actor } = use
  await recordAudit(transaction, {
    type: 'support-access.used',
    actor,
    subject: actor.id === null ? null : { kind: 'user', id: actor.id },
    details: { operation, parameters: textsOf(parameters), filter: jsonOf(query) },
  })
}
