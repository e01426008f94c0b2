/** What the agent tells its faces of itself. */
import { z } from 'zod'

/** What a subscriber is told: that something changed; it asks again. */
export const localEvent = z.strictObject({
  event: z.enum([
    'status',
    'credentials',
    'connections',
    'preferences',
    /** The app's pages were locked or unlocked. */
    'lock',
    /** An export of the log has come further, or has ended. */
    'log-export',
    /** At the API, as far as this person may see it. */
    'requests',
    'activity',
    'audit',
    'alerts',
  ]),
})
export type LocalEvent = z.infer<typeof localEvent>
