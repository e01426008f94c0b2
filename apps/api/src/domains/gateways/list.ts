import type { gateway } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { type Gateway, gatewayOfRow, selectGateways } from './find.ts'
import { PRESENCE_LIMIT } from './presence.ts'

export type GatewayAnswer = z.output<typeof gateway>

/** The gateway as the API shows it. */
export const answerOfGateway = (found: Gateway, now: number): GatewayAnswer => {
  const seen = found.lastSeenAt?.getTime() ?? 0
  return {
    id: found.id,
    name: found.name,
    kind: found.kind,
    sites: [...found.sites],
    address: found.address === null ? null : { ...found.address },
    status: found.status,
    connected: found.status === 'joined' && found.linkId !== null && seen > now - PRESENCE_LIMIT,
    version: found.version,
    load: found.status === 'revoked' ? null : found.load,
    lastSeenAt: found.lastSeenAt?.toISOString() ?? null,
    certificateExpiresAt: found.status === 'revoked' ? null : found.certificateExpiresAt.toISOString(),
  }
}

/** Gateways by id above `after`; `limit` at most. */
export const listGateways = async (
  transaction: Transaction,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Gateway[]> => {
  let query = selectGateways(transaction).orderBy('gateways.id').limit(limit)
  if (after !== null) query = query.where('gateways.id', '>', after)
  return (await query.execute()).map(gatewayOfRow)
}
