/** Heads: whether the log signed them, and whether enough witnesses did. */
import {
  AuditLogError,
  cosignedAt,
  cosignersOf,
  type NoteKey,
  openCheckpoint,
  type OpenedCheckpoint,
  type Policy,
} from '@sallyport/audit-log'
import type { Findings } from './findings.ts'

export interface Trust {
  /** Keys of the log that the person who verifies trusts. */
  readonly logKeys: readonly NoteKey[]
  /** Null: nobody need have cosigned. */
  readonly policy: Policy | null
}

/** Null when nothing can be concluded from it; then there is a finding. `where`: how to name it. */
export const openHead = (
  text: string,
  { trust, where, findings }: { readonly trust: Trust; readonly where: string; readonly findings: Findings },
): OpenedCheckpoint | null => {
  try {
    return openCheckpoint(text, trust.logKeys)
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error
    findings.add('not-signed', `${where}: ${error.message}`)
    return null
  }
}

/** Says who cosigned and when, or that they were not enough. */
export const checkWitnesses = (head: OpenedCheckpoint, { policy }: Trust, findings: Findings): string[] => {
  if (policy === null) return []
  try {
    const cosigners = cosignersOf(head.note, policy.witnesses)
    if (!policy.isMetBy(cosigners)) {
      const names = cosigners.map(({ name }) => name).join(', ') || 'nobody'
      findings.add(
        'not-witnessed',
        `The head of ${head.size} entries is cosigned by ${names}, which is not enough for the policy.`,
      )
    }
    return cosigners.map((key) => `${key.name} at ${new Date((cosignedAt(head.note, key) ?? 0) * 1000).toISOString()}`)
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error
    findings.add('not-witnessed', error.message)
    return []
  }
}
