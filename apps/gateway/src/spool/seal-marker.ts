/**
 * How the spool remembers that a record is to be encrypted to recipients before it is shipped: a member of its line that is taken
 * out then. The order of its lease is kept with the record, so that a later one changes nothing about it.
 */
import type { RecordingOrder } from '@sallyport/protocol'
import { z } from 'zod'

/** No text of a record can hold it: in a JSON string the quotation marks are escaped. */
export const SEAL_MARKER = ',"seal":{'

/** A line from before also says for how many days. */
export const spooledSeal = z.object({
  person: z.uuid(),
  kept: z.enum(['api', 'gateway', 'both']),
  to: z.array(z.string()).min(1),
})
export type SpooledSeal = z.infer<typeof spooledSeal>

/** Empty where nothing is encrypted here. */
export const sealMember = (order: RecordingOrder | undefined, person: string): string => {
  if (order === undefined || order.recipients.length === 0) return ''
  const seal: SpooledSeal = { person, kept: order.keep, to: [...order.recipients] }
  return `,"seal":${JSON.stringify(seal)}`
}
