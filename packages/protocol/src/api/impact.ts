/** What a change would do, found by making it in a transaction that is rolled back: the same rules that then enforce it. */
import { z } from 'zod'
import { displayName, email, uuid } from '../fields.ts'
import { openConnection } from './view-schemas.ts'

/** Most people, connections and credentials that are named; `count` counts all of them. */
export const MAX_NAMED = 50

const people = z.strictObject({
  count: z.int().nonnegative(),
  items: z.array(z.strictObject({ id: uuid, email, firstName: displayName, lastName: displayName })).max(MAX_NAMED),
})

export const impact = z.strictObject({
  /** People who can reach less than before, and people who can reach more; somebody may be both. */
  losing: people,
  gaining: people,
  /** Open connections that end at once. */
  connections: z.strictObject({ count: z.int().nonnegative(), items: z.array(openConnection).max(MAX_NAMED) }),
  /** Leases that end, with and without an open connection. */
  leases: z.int().nonnegative(),
  /** Credentials whose secret must be bound again before anybody can use them. */
  unbound: z.strictObject({
    count: z.int().nonnegative(),
    items: z.array(z.strictObject({ credential: uuid, name: z.string().max(250) })).max(MAX_NAMED),
  }),
  /** False: more is concerned than is looked through, and the counts of people are the least that it is. */
  complete: z.boolean(),
})
export type Impact = z.infer<typeof impact>
