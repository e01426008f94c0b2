/** What gateways ask for their clients. The vault gets the gateway's own statement and checks it again. */
import { leaseRequest, parseStatement, SallyportError, ticket } from '@sallyport/protocol'
import { startJob } from '../../domains/gateway-jobs/index.ts'
import { othersWithExclusive, renewLeases, reportLeaseEnds } from '../../domains/leases/index.ts'
import { permissionsOfUser } from '../../domains/roles/index.ts'
import { findSession } from '../../domains/sessions/index.ts'
import type { GatewayContext } from '../context.ts'
import type { HandlersOf } from '../handler.ts'

/**
 * The vault refused because somebody else has the credential. It knows nobody's name; who asks is told it here if they may see
 * people. What the ticket says was verified by the vault before it refused so.
 */
const withHolder = async (
  context: GatewayContext,
  { error, request }: { readonly error: unknown; readonly request: string },
): Promise<unknown> => {
  if (!(error instanceof SallyportError) || error.code !== 'credential_in_use') return error
  const asked = parseStatement(ticket, parseStatement(leaseRequest, request).payload.ticket).payload
  return context.transaction(async (transaction) => {
    const session = await findSession(transaction, asked.session)
    if (session === null) return error
    const use = { credentials: [asked.credential], user: session.user, now: context.now() }
    const holder = (await othersWithExclusive(transaction, use)).get(asked.credential)
    if (holder === undefined) return error
    const mayName = (await permissionsOfUser(transaction, session.user)).has('users.read')
    const who = mayName ? `${holder.firstName} ${holder.lastName}`.trim() : 'Somebody else'
    const until = `${holder.until.toISOString().slice(0, 16).replace('T', ' ')} UTC`
    return new SallyportError('credential_in_use', {
      message: `${who} uses this credential until ${until}, or longer if they go on. One person uses it at a time.`,
      cause: error,
    })
  })
}

export const gatewayLeaseHandlers = {
  requestLease: (context, { body: { request } }) => {
    const { gateway } = parseStatement(leaseRequest, request).payload
    if (gateway !== context.gateway.id) throw new SallyportError('identity_mismatch')
    return context.dependencies.vault
      .requestLease({ organization: context.organization.id, request })
      .catch(async (error: unknown) => {
        throw await withHolder(context, { error, request })
      })
  },
  renewLeases: (context, { body: { renewal } }) =>
    renewLeases({
      organization: context.organization.id,
      gateway: context.gateway.id,
      renewal,
      lifetime: context.organization.settings.leaseLifetime,
      now: context.now(),
      transaction: context.transaction,
    }),
  endLeases: async (context, { body: { leases } }) => {
    const author = { organization: context.organization.id, actor: context.actor, now: context.now() }
    await context.transaction(async (transaction) => {
      const left = await reportLeaseEnds(transaction, { gateway: context.gateway.id, ends: leases }, author)
      for (const users of left) {
        await startJob(transaction, { kind: 'test', reason: 'check', gateway: null, ...users }, author)
      }
    })
    return {}
  },
} satisfies HandlersOf<'requestLease' | 'renewLeases' | 'endLeases'>
