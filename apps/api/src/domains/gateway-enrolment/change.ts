/** What administrators do to a gateway that joined: change it, revoke it. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { bumpTrustBundle } from '../authority/index.ts'
import { findGateway, type Gateway } from '../gateways/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { lockRevocationNumber, revoke } from '../revocations/index.ts'
import { checkAddress, replaceSites, requireFreeName, requireSites } from './checks.ts'

interface GatewayAct {
  readonly organization: string
  readonly gateway: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface GatewayChange extends GatewayAct {
  /** What is absent stays. */
  readonly change: {
    readonly name?: string | undefined
    readonly sites?: readonly string[] | undefined
    readonly address?: { readonly host: string; readonly port: number } | null | undefined
  }
}

/** What an audit entry says about a gateway before and after. */
const described = ({ name, sites, address }: Gateway) => ({
  name,
  sites: [...sites],
  address: address === null ? null : { host: address.host, port: address.port },
})

const requireJoined = async (transaction: Transaction, id: string): Promise<Gateway> => {
  await transaction.selectFrom('gateways').select('id').where('id', '=', id).forUpdate().execute()
  const gateway = await findGateway(transaction, id)
  if (gateway === null) throw new SallyportError('not_found')
  if (gateway.status === 'revoked') throw new SallyportError('conflict', { message: 'The gateway is revoked.' })
  return gateway
}

/** Ends leases at sites that it no longer serves. Throws `not_found`, or `conflict` for a taken name or a revoked gateway. */
export const changeGateway = async (transaction: Transaction, options: GatewayChange): Promise<Gateway> => {
  const { organization, gateway: id, change, actor, now } = options
  // Before the gateway's own row, as everybody does who ends leases: two of them must not wait for each other.
  await lockRevocationNumber(transaction, organization, 'update')
  const before = await requireJoined(transaction, id)
  if (change.name !== undefined) await requireFreeName(transaction, change.name, id)
  const address = change.address === undefined ? before.address : change.address
  checkAddress(before.kind, address)
  await transaction
    .updateTable('gateways')
    .set({ name: change.name ?? before.name, host: address?.host ?? null, port: address?.port ?? null })
    .where('id', '=', id)
    .execute()
  if (change.sites !== undefined) {
    await requireSites(transaction, change.sites)
    await replaceSites(transaction, id, change.sites)
  }
  const after = (await findGateway(transaction, id))!
  const ended = await endLeasesNoLongerAllowed(transaction, { organization, scope: { gateway: id }, now })
  await bumpTrustBundle(transaction, organization)
  await recordAudit(transaction, {
    type: 'gateway.changed',
    actor,
    subject: { kind: 'gateway', id },
    details: { before: described(before), after: described(after), endedLeases: ended.length },
    at: now,
  })
  return after
}

/**
 * Its certificate is refused from now on, its leases end, its control link is told to stop. Throws `not_found`, or `conflict`
 * when it is revoked already.
 */
export const revokeGateway = async (transaction: Transaction, options: GatewayAct): Promise<void> => {
  const { organization, gateway: id, actor, now } = options
  await lockRevocationNumber(transaction, organization, 'update')
  const before = await requireJoined(transaction, id)
  await transaction
    .updateTable('gateways')
    .set({ status: 'revoked', revoked_at: new Date(now), link_id: null })
    .where('id', '=', id)
    .execute()
  await replaceSites(transaction, id, [])
  const ended = await endLeasesNoLongerAllowed(transaction, { organization, scope: { gateway: id }, now })
  await revoke(transaction, { organization, subject: { kind: 'gateway', id }, code: 'gateway_unknown' })
  await bumpTrustBundle(transaction, organization)
  await recordAudit(transaction, {
    type: 'gateway.revoked',
    actor,
    subject: { kind: 'gateway', id },
    details: { ...described(before), endedLeases: ended.length },
    at: now,
  })
}
