/** What gateways ask for their clients. The vault gets the gateway's own statement and checks it again. */
import { leaseRequest, parseStatement, SallyportError } from '@sallyport/protocol'
import { renewLeases, reportLeaseEnds } from '../../domains/leases/index.ts'
import type { HandlersOf } from '../handler.ts'

export const gatewayLeaseHandlers = {
  requestLease: (context, { body: { request } }) => {
    const { gateway } = parseStatement(leaseRequest, request).payload
    if (gateway !== context.gateway.id) throw new SallyportError('identity_mismatch')
    return context.dependencies.vault.requestLease({ organization: context.organization.id, request })
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
    await context.transaction((transaction) =>
      reportLeaseEnds(transaction, { gateway: context.gateway.id, ends: leases }, author),
    )
    return {}
  },
} satisfies HandlersOf<'requestLease' | 'renewLeases' | 'endLeases'>
