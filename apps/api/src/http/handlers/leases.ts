/** Leases, what a person may lease, and why. */
import { SallyportError, timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'
import {
  factsOfAccess,
  grantedCredentials,
  type GrantedCredential,
  type Holder,
  listLeases,
  othersWithExclusive,
} from '../../domains/leases/index.ts'
import { decide, type Way } from '../../domains/policy/index.ts'
import type { CallerContext } from '../context.ts'
import { decodeCursor, pageOfFound } from '../cursor.ts'
import type { HandlersOf } from '../handler.ts'

const position = z.strictObject({ at: timestamp, id: uuid })

const wayAnswer = (way: Way) => (way.kind === 'role' ? way : { ...way, expiresAt: new Date(way.expiresAt).toISOString() })

/** Who has it is told to those who may see people anyway. */
const useAnswer = (holder: Holder | undefined, mayName: boolean) =>
  holder === undefined
    ? null
    : { by: mayName ? `${holder.firstName} ${holder.lastName}`.trim() : null, until: holder.until.toISOString() }

const grantedAnswer = (granted: GrantedCredential, inUse: ReturnType<typeof useAnswer>) => ({
  ...granted,
  inUse,
  resource: { ...granted.resource, tags: [...granted.resource.tags] },
  databases: [...granted.databases],
  through: granted.through.map(wayAnswer),
})

/** Who calls signed in on it, so it is active. */
const deviceOf = ({ device }: CallerContext) => ({ id: device.id, status: 'active' as const })

export const leaseHandlers = {
  listLeases: async (context, { query: { cursor, limit, active } }) => {
    const below = decodeCursor(cursor, position)
    const page = { below, limit: limit + 1, now: context.now(), onlyActive: active === 'yes' }
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
    const asked = { user: context.user.id, device: deviceOf(context), now: context.now() }
    const mayName = context.user.permissions.has('users.read')
    return context.transaction(async (transaction) => {
      const granted = await grantedCredentials(transaction, asked)
      const credentials = granted.filter(({ exclusive }) => exclusive).map(({ credential }) => credential)
      const holders = await othersWithExclusive(transaction, { ...asked, credentials })
      return { items: granted.map((each) => grantedAnswer(each, useAnswer(holders.get(each.credential), mayName))) }
    })
  },
  explainMyAccess: async (context, { query: { credential } }) => {
    const asked = { user: context.user.id, credential, now: context.now() }
    const facts = await context.transaction((transaction) => factsOfAccess(transaction, asked))
    if (!facts) throw new SallyportError('not_found', { message: 'There is no such credential.' })
    const { allowed, reasons } = decide({ ...facts, device: deviceOf(context) })
    return { allowed, reasons: reasons.map((reason) => ({ ...reason })) }
  },
  explainAccess: async (context, { query }) => {
    const facts = await context.transaction((transaction) => factsOfAccess(transaction, { ...query, now: context.now() }))
    if (!facts) throw new SallyportError('not_found', { message: 'There is no such user or credential.' })
    const { allowed, reasons } = decide(facts)
    return { allowed, reasons: reasons.map((reason) => ({ ...reason })) }
  },
} satisfies HandlersOf<'listLeases' | 'listMyCredentials' | 'explainAccess' | 'explainMyAccess'>
