/**
 * What entries of each type say: their details as they are recorded with the change. Before an entry is numbered the log takes out
 * what is personal (`personal-data.ts`), so that an entry that was read may lack it.
 */
import type { z } from 'zod'
import type { AuditEntryType } from '../audit-entry.ts'
import { accessDetails } from './access.ts'
import { catalogueDetails } from './catalogue.ts'
import { gatewayDetails } from './gateways.ts'
import { keyAndLogDetails } from './keys-and-log.ts'
import { peopleDetails } from './people.ts'

export const auditDetails = {
  ...accessDetails,
  ...catalogueDetails,
  ...gatewayDetails,
  ...keyAndLogDetails,
  ...peopleDetails,
} satisfies Readonly<Record<AuditEntryType, z.ZodType>>

/** The same, as it may be handed over: nobody changes it. */
type Told<Value> = Value extends object ? { readonly [Name in keyof Value]: Told<Value[Name]> } : Value

export type AuditDetails<Type extends AuditEntryType> = Told<z.input<(typeof auditDetails)[Type]>>
