/** Whether the first bytes of an answer say that the connection failed behind the agent: at the gateway, or at the resource. */
import { isErrorCode } from '@sallyport/protocol'
import type { Failure } from '../front.ts'

const HEAD = 5
const ERROR_RESPONSE = 0x45
/** Longest message that is kept, characters. */
const MAX_MESSAGE = 500

/**
 * An ErrorResponse ("Error and Notice Message Fields") before anything else. Gateways name our code as the routine; another
 * routine is the resource's own, whose message is kept as it is. null: it is no such answer, or not all of it is there.
 */
export const failureIn = (first: Buffer): Failure | null => {
  if (first[0] !== ERROR_RESPONSE || first.length < HEAD) return null
  const end = 1 + first.readInt32BE(1)
  if (end <= HEAD || end > first.length) return null
  const fields = new Map<string, string>()
  for (const field of first.toString('utf8', HEAD, end).split('\0')) fields.set(field.slice(0, 1), field.slice(1))
  const [routine = '', message = ''] = [fields.get('R'), fields.get('M')]
  const code = isErrorCode(routine) ? routine : 'resource_refused'
  return { code, message: message.replace(` (${code})`, '').slice(0, MAX_MESSAGE) }
}
