import { requestFields } from '../access/request-view.ts'
import { requestableArgument } from '../access/requestable.ts'
import { option, requiredOption } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { duration } from '../parameters/time.ts'
import { routeCommand } from '../route-command.ts'

/** Seconds that are asked for when nothing is said. */
const USUAL = 3600

export const emergencyCommand = routeCommand({
  words: 'emergency',
  route: 'openEmergencyAccess',
  details: 'Only for those whom a rule names. Administrators are alerted, and somebody else looks at what was done.',
  parameters: {
    credential: requestableArgument,
    reason: requiredOption('reason <text>', 'why, for those who are alerted and for the log', text),
    length: option('for <duration>', 'how long: 30m, 4h (1h if not given)', duration),
  },
  examples: ['sallyport emergency shop-db/owner --reason "orders are not written"'],
  input: ({ credential, reason, length = USUAL }) => ({ body: { credential, reason, duration: length } }),
  answer: requestFields,
})
