/** Details of entries about keys, authorities, and the log itself: who took it out, and where it is sent. */
import { z } from 'zod'
import { timestamp } from '../../fields.ts'
import { logWitnesses } from '../log-routes.ts'
import { sinkDestination, sinkStream } from '../sink-routes.ts'
import { count, id, ids, nothing, text } from './shape.ts'

const authorities = z.strictObject({ root: id, issuer: id })
const roots = z.strictObject({ roots: z.array(text) })
/** Of the API's own servers. */
const rootsOfServers = z.strictObject({ before: roots, after: roots, trustBundle: count })

const place = z.strictObject({ stream: sinkStream, next: count })
/** What it is let in with, by when that was sealed; absent where it stayed. */
const lettingIn = z.strictObject({ sealedAt: timestamp }).nullable().optional()
const switched = z.strictObject({ name: text, enabled: z.boolean(), secret: lettingIn })
const sent = z.strictObject({ streams: z.array(place) })

const exported = z.strictObject({
  format: text,
  /** What was looked for; null: nothing was found. */
  filter: z.record(text, text).nullable(),
  rows: count,
  /** A further part of one that was begun before. */
  continued: z.boolean(),
})

export const keyAndLogDetails = {
  'keys.rewrapped': z.strictObject({ root: text, replaced: count, unopened: count.optional() }),
  'vault-key.rotated': z.strictObject({ before: id.nullable(), retiresAt: timestamp, trustBundle: count }),
  'vault-key.retired': nothing,
  'data-keys.rotation-started': nothing,
  'data-keys.rotated': nothing,
  'authority.rotated': z.union([
    z.strictObject({
      before: authorities,
      after: authorities,
      signsFrom: timestamp,
      retiresAt: timestamp,
      trustBundle: count,
    }),
    rootsOfServers,
  ]),
  'authority.retired': z.union([nothing, rootsOfServers]),
  'token-key.rotated': z.strictObject({ before: ids, after: ids, signsFrom: timestamp, retiresAt: timestamp }),
  'token-key.retired': nothing,
  'sink.created': z.strictObject({
    before: z.null(),
    after: z.strictObject({ name: text, destination: sinkDestination, streams: z.array(sinkStream), next: count }),
  }),
  'sink.changed': z.union([z.strictObject({ before: switched, after: switched }), z.strictObject({ before: sent, after: sent })]),
  'sink.deleted': z.strictObject({
    before: z.strictObject({ name: text, destination: sinkDestination, streams: z.array(place) }),
    after: z.null(),
  }),
  'log.exported': z.strictObject({ origin: text, size: count }),
  'log.witnesses-changed': z.strictObject({ before: logWitnesses, after: logWitnesses }),
  'log.key-changed': z.strictObject({ before: text.nullable(), after: text }),
  'activity.exported': exported,
  'audit.exported': exported,
}
