/** Details of entries about gateways, what they unlock, and what is done through them. */
import { z } from 'zod'
import { timestamp } from '../../fields.ts'
import { gateway } from '../schemas.ts'
import { count, id, ids, nothing, text } from './shape.ts'

/** How many leases end with the change. */
const endedLeases = count

const { kind, address } = gateway.shape
const terms = z.strictObject({ name: text, sites: ids, address })

export const gatewayDetails = {
  'gateway.join-token-created': terms.extend({ kind }),
  'gateway.joined': z.strictObject({
    name: text,
    kind,
    token: id,
    /** Fingerprint of its key, and the key: DER, base64url. Its streams of activity are verified with it. */
    key: text,
    publicKey: text,
    version: text,
    /** The answer before was lost. */
    again: z.boolean(),
  }),
  'gateway.renewed': z.strictObject({ version: text, expiresAt: timestamp }),
  'gateway.changed': z.strictObject({ before: terms, after: terms, endedLeases }),
  'gateway.revoked': terms.extend({ endedLeases }),
  'gateway.compromised': nothing,
  'unlock.granted': z.strictObject({
    lease: id,
    gateway: id,
    session: id,
    device: id,
    user: id,
    resource: id,
    secret: id,
    secretVersion: count,
    endpointDigest: text,
    ticketDigest: text,
    /** Milliseconds since 1970. */
    expiresAt: count,
  }),
  'unlock.refused': z.strictObject({ code: text, gateway: id, ticket: id }),
  'lease.renewed': z.strictObject({ gateway: id, renewed: ids, ended: ids }),
  /** As their gateway reports, by reason; or by time. */
  'lease.ended': z.union([
    z.strictObject({ leases: z.record(text, ids) }),
    z.strictObject({ leases: ids, reason: z.literal('expired') }),
  ]),
  /** Records `first` and those after it of one stream, by the digest of their lines; with the gateway's own statement. */
  'activity.batch': z.strictObject({
    gateway: id,
    first: count,
    count,
    digest: text,
    /** Digest of the batch before. */
    previous: text,
    statement: text,
    /** Whether its gateway keeps files of it. */
    atGateway: z.boolean(),
  }),
  'connection.ended-by-admin': z.strictObject({
    user: id,
    session: id,
    gateway: id,
    lease: id,
    resource: id,
    credential: id,
    bytesUp: count,
    bytesDown: count,
  }),
}
