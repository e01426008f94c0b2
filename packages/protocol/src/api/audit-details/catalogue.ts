/** Details of entries about what can be reached and as whom: the organization, sites, resources, credentials, secrets, stores. */
import { z } from 'zod'
import { timestamp } from '../../fields.ts'
import { credentialKind, endpoint, resourceOptions } from '../../lease.ts'
import { rotationReason } from '../rotation-routes.ts'
import { organization } from '../schemas.ts'
import { changeOf, count, id, ids, text } from './shape.ts'

/** How many leases end with the change. */
const endedLeases = count

const named = changeOf(z.strictObject({ name: text }))
const { settings } = organization.shape

/** Certificates by the SHA-256 of their PEM, or `system`. */
const resource = changeOf(
  z.strictObject({
    site: id,
    name: text,
    description: text,
    tags: z.array(text),
    endpoint: endpoint.omit({ tls: true }).extend({
      tls: z.union([
        z.strictObject({ kind: z.literal('pinned'), sha256: text }),
        z.strictObject({ kind: z.literal('authority'), serverName: text.nullable(), certificates: text }),
      ]),
      digest: text,
    }),
    options: resourceOptions,
  }),
)

const credential = changeOf(
  z.strictObject({
    resource: id,
    name: text,
    userName: text,
    secret: id,
    databases: z.array(text),
    port: count,
    exclusive: z.boolean(),
  }),
)

const version = z.strictObject({ version: count, endpointDigest: text })
/** What is told of a secret that lies in the vault: what kind it is, never what it is. */
const kept = version.extend({ kind: credentialKind.nullable(), endsAt: timestamp.optional(), account: text.optional() })
/** Of one that lies in a third-party store: where. */
const stored = z.strictObject({ store: id, path: text, field: text.nullable() })

const rotation = changeOf(
  z.strictObject({
    /** Seconds; null: not by schedule. */
    every: count.nullable(),
    afterSession: z.boolean(),
    checkAfterSession: z.boolean(),
    second: z.strictObject({ userName: text, secret: id }).nullable(),
  }),
)
const job = z.strictObject({ job: id })
const jobKind = z.enum(['rotate', 'test'])

const store = changeOf(
  z.strictObject({ name: text, issuer: text, kind: text, at: text, gatewayTrusted: z.boolean(), digest: text }),
)

export const catalogueDetails = {
  'organization.created': z.strictObject({ slug: text, name: text, trustDomain: text, roles: z.record(text, id) }),
  'organization.changed': z.strictObject({ before: settings, after: settings }),
  'site.created': named.created,
  'site.changed': named.changed,
  'site.deleted': named.deleted,
  'resource.created': resource.created,
  'resource.changed': resource.changed.extend({ endedLeases }),
  /** With its secrets. */
  'resource.deleted': resource.deleted.extend({ secrets: ids }),
  'resource.tested': z.strictObject({ gateway: id, host: text, port: count, endpointDigest: text }),
  'credential.created': credential.created,
  'credential.changed': credential.changed.extend({ endedLeases: endedLeases.optional() }),
  'credential.deleted': credential.deleted.extend({ endedLeases }),
  'credential.rotation-changed': rotation.changed,
  'secret.created': z.strictObject({
    before: z.null(),
    after: z.union([kept.extend({ resource: id }), version.extend({ resource: id, stored })]),
  }),
  'secret.replaced': z.strictObject({
    resource: id,
    before: version.extend({ stored: stored.nullable().optional() }),
    after: z.union([kept, version.extend({ stored })]),
  }),
  'secret.bound': z.strictObject({
    resource: id,
    version: count,
    before: z.strictObject({ endpointDigest: text }),
    after: z.strictObject({ endpointDigest: text }),
  }),
  'secret.pending-stored': job.extend({ credential: id, inUse: count, pending: count }),
  'job.started': job.extend({ kind: jobKind, reason: rotationReason, secret: id, userName: text, gateway: id.nullable() }),
  'job.taken': job.extend({ kind: jobKind, take: id, pending: z.boolean() }),
  'job.finished': z.union([
    job.extend({ kind: z.literal('test'), ok: z.boolean(), code: text.nullable() }),
    job.extend({
      kind: z.literal('rotate'),
      outcome: z.enum(['changed', 'unchanged', 'unknown']),
      secret: id,
      userName: text,
      /** Versions that are handed out. */
      before: count.nullable(),
      after: count.nullable(),
      code: text.nullable(),
    }),
  ]),
  'store.created': store.created,
  'store.changed': named.changed,
  'store.deleted': store.deleted.extend({ secrets: count }),
}
