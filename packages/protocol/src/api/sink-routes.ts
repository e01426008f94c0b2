/** Where an organization's log and activity are sent as they grow, and how far each of them is. */
import { z } from 'zod'
import { canonicalJson, type CanonicalValue } from '../canonical-json.ts'
import { displayName, host, keyId, port, timestamp, uuid } from '../fields.ts'
import { sealed } from '../sealing.ts'
import { defineRoutes } from './route.ts'

/** Sinks of an organization. */
export const MAX_SINKS = 16

/** PEM of the authorities that the receiver's certificate may come from; empty: those that the system trusts. */
const certificates = z.string().max(32_768)
const address = z
  .url({ protocol: /^https?$/ })
  .max(1024)
  // Neither a user's name and password, nor a fragment.
  .regex(/^https?:\/\/[^/?#@]+(?:[/?][^#]*)?$/)

export const sinkDestination = z.discriminatedUnion('kind', [
  /** JSON lines, in a folder of the API that its operator decides. */
  z.strictObject({
    kind: z.literal('file'),
    /** A file of this size is followed by another one. */
    maxBytes: z.int().min(65_536).max(1_073_741_824),
    /** The newest files that are kept; 0: all. */
    keepFiles: z.int().min(0).max(10_000),
  }),
  /** RFC 5424 over TLS, RFC 5425. Its secret, if it has one, is the certificate by which the receiver knows Sallyport. */
  z.strictObject({ kind: z.literal('syslog'), host, port, certificates }),
  /** POST, signed as Standard Webhooks says. Its secret is the key. */
  z.strictObject({ kind: z.literal('webhook'), url: address, certificates }),
  /** S3-compatible. Its secret is an access key. */
  z.strictObject({
    kind: z.literal('object-store'),
    /** Null: the region's own. */
    endpoint: address.nullable(),
    region: z.string().regex(/^[a-z0-9-]{1,64}$/),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    /** In front of every name; with a slash at its end, or empty. */
    prefix: z.string().regex(/^(?:[\w.-]{1,64}\/){0,8}$/),
  }),
  /** OpenTelemetry logs, OTLP over HTTP with JSON. Its secret, if it has one, is a header. */
  z.strictObject({ kind: z.literal('otlp'), url: address, certificates }),
])
export type SinkDestination = z.infer<typeof sinkDestination>

const pem = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^-----BEGIN [A-Z ]+-----\r?\n[\x20-\x7e\r\n]+$/)

/** What a sink's secret is, as it is sealed: canonical JSON. */
export const sinkSecret = z.discriminatedUnion('kind', [
  /** HMAC key, 24 to 64 bytes, base64. */
  z.strictObject({ kind: z.literal('signing-key'), key: z.base64().min(32).max(88) }),
  z.strictObject({ kind: z.literal('access-key'), id: z.string().min(1).max(256), secret: z.string().min(1).max(1024) }),
  z.strictObject({
    kind: z.literal('header'),
    name: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/),
    value: z.string().regex(/^[\x21-\x7e][\x20-\x7e]{0,2047}$/),
  }),
  /** PEM: a certificate, those of its authorities after it, and its private key without a passphrase. */
  z.strictObject({ kind: z.literal('client-certificate'), certificate: pem(8192), key: pem(4096) }),
])
export type SinkSecret = z.infer<typeof sinkSecret>

/** The HPKE info of a sink's secret sealed to the vault key: it fits one organization and destination. */
export const sinkSecretInfo = (fields: { readonly organization: string; readonly destination: SinkDestination }): string =>
  canonicalJson({
    use: 'sallyport sink secret v1',
    organization: fields.organization,
    destination: fields.destination as unknown as CanonicalValue,
  })

/** What may be sent: entries of the log, and what people did on resources, as the API keeps it. Each has a place of its own. */
export const sinkStream = z.enum(['log', 'activity'])
export type SinkStream = z.infer<typeof sinkStream>
const sinkStreams = z
  .array(sinkStream)
  .min(1)
  .max(sinkStream.options.length)
  .refine((streams) => new Set(streams).size === streams.length)

/** How far one stream of a sink is. */
export const sinkStreamState = z.strictObject({
  stream: sinkStream,
  /** Everything below this number of the log was sent. */
  next: z.int().nonnegative(),
  /** Entries of the log that are not sent yet, or whose activity is not. */
  behind: z.int().nonnegative(),
  deliveredAt: timestamp.nullable(),
  /** Why the last attempt failed; null: it did not. */
  problem: z.strictObject({ message: z.string().max(500), since: timestamp, retryAt: timestamp }).nullable(),
})
export type SinkStreamState = z.infer<typeof sinkStreamState>

export const sink = z.strictObject({
  id: uuid,
  name: displayName,
  destination: sinkDestination,
  /** At least one, the log first. */
  streams: z.array(sinkStreamState).min(1).max(sinkStream.options.length),
  enabled: z.boolean(),
  createdAt: timestamp,
})
export type Sink = z.infer<typeof sink>

const one = z.strictObject({ sink: uuid })

/** Sealed by the client with {@link sinkSecretInfo}. */
const sealedSecret = z.strictObject({ vaultKey: keyId, sealed }).nullable()

export const sinkRoutes = defineRoutes({
  listSinks: {
    method: 'GET',
    path: '/v1/sinks',
    summary: 'Where log and activity are sent, and how far each of them is',
    authentication: 'two-signature',
    permission: 'settings.read',
    audit: null,
    response: z.strictObject({ items: z.array(sink).max(MAX_SINKS) }),
    errors: ['log_unavailable'],
  },
  createSink: {
    method: 'POST',
    path: '/v1/sinks',
    summary: 'Sends the log, activity, or both somewhere; activity needs the permission to read it',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'sink.created',
    body: z.strictObject({
      name: displayName,
      destination: sinkDestination,
      /** The log alone if absent. */
      streams: sinkStreams.optional(),
      /** With what is there already, or with what comes from now on. */
      from: z.enum(['beginning', 'now']),
      sealedSecret,
    }),
    response: sink,
    errors: ['log_unavailable', 'vault_unavailable', 'unseal_failed', 'secret_unavailable', 'conflict', 'limit_reached'],
  },
  changeSink: {
    method: 'PATCH',
    path: '/v1/sinks/{sink}',
    summary: 'Renames a sink, stops it, lets it go on, or replaces what it is let in with; it goes on at once',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'sink.changed',
    parameters: one,
    body: z.strictObject({
      name: displayName.optional(),
      enabled: z.boolean().optional(),
      /** Instead of what it sends with; null: nothing, where the kind needs nothing. */
      sealedSecret: sealedSecret.optional(),
    }),
    response: sink,
    errors: ['log_unavailable', 'vault_unavailable', 'unseal_failed', 'secret_unavailable', 'not_found', 'conflict'],
  },
  changeSinkStreams: {
    method: 'PUT',
    path: '/v1/sinks/{sink}/streams',
    summary: 'Sends the log, activity, or both there from now on; activity needs the permission to read it',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'sink.changed',
    parameters: one,
    body: z.strictObject({
      streams: sinkStreams,
      /** Of a stream that was never sent there: with what is there already, or with what comes. One that was goes on from its place. */
      from: z.enum(['beginning', 'now']),
    }),
    response: sink,
    errors: ['log_unavailable', 'not_found'],
  },
  deleteSink: {
    method: 'DELETE',
    path: '/v1/sinks/{sink}',
    summary: 'Sends nothing there any longer',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'sink.deleted',
    parameters: one,
    response: z.strictObject({}),
    errors: ['not_found'],
  },
})
