/** Leases, what a person may lease, and why. */
import { SallyportError, timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { factsOfAccess, grantedCredentials, type GrantedCredential, listLeases } from '../../domains/leases/index.ts'
import { decide, type Way } from '../../domains/policy/index.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.strictObject({ at: timestamp, id: uuid })

const wayAnswer = (way: Way) => (way.kind === 'role' ? way : { ...way, expiresAt: new Date(way.expiresAt).toISOString() })

const grantedAnswer = (granted: GrantedCredential) => ({
  ...granted,
  resource: { ...granted.resource, tags: [...granted.resource.tags] },
  databases: [...granted.databases],
  through: granted.through.map(wayAnswer),
})

export const leaseHandlers = {
  listLeases: async (context, { query: { cursor, limit } }) => {
    const below = decodeCursor(cursor, position)
    const page = { below, limit: limit + 1, now: context.now() }
    const found = await context.transaction((transaction) => listLeases(transaction, page))
    const { items, next } = pageOfFound(found, { limit, keyOf: ({ createdAt, id }) => ({ at: createdAt.toISOString(), id }) })
    return {
      items: items.map((lease) => ({
        ...lease,
        createdAt: lease.createdAt.toISOString(),
        expiresAt: lease.expiresAt.toISOString(),
      })),
      next,
    }
  },
  listMyCredentials: async (context) => {
    const asked = { user: context.user.id, now: context.now() }
    const granted = await context.transaction((transaction) => grantedCredentials(transaction, asked))
    return { items: granted.map(grantedAnswer) }
  },
  explainMyAccess: async (context, { query: { credential } }) => {
    const asked = { user: context.user.id, credential, now: context.now() }
    const facts = await context.transaction((transaction) => factsOfAccess(transaction, asked))
    if (!facts) throw new SallyportError('not_found', { message: 'There is no such credential.' })
    const { allowed, reasons } = decide(facts)
    return { allowed, reasons: reasons.map((reason) => ({ ...reason })) }
  },
  explainAccess: async (context, { query }) => {
    const facts = await context.transaction((transaction) => factsOfAccess(transaction, { ...query, now: context.now() }))
    if (!facts) throw new SallyportError('not_found', { message: 'There is no such user or credential.' })
    const { allowed, reasons } = decide(facts)
    return { allowed, reasons: reasons.map((reason) => ({ ...reason })) }
  },
} satisfies HandlersOf<'listLeases' | 'listMyCredentials' | 'explainAccess' | 'explainMyAccess'>
