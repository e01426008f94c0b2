/** Rotation of passwords and tests of credentials, for administrators. */
import { z } from 'zod'
import { foreignName, timestamp, uuid } from '../fields.ts'
import { defineRoutes } from './route.ts'
import { testAnswer } from './view-schemas.ts'

/** Seconds between two rotations by schedule: an hour to a year. */
const every = z
  .int()
  .min(3600)
  .max(366 * 86_400)

const parameters = z.strictObject({ credential: uuid })

export const rotationReason = z.enum(['schedule', 'demand', 'session', 'compromise', 'retry', 'check'])
export type RotationReason = z.infer<typeof rotationReason>

const rotationTerms = z.strictObject({
  /** Seconds; null: not by schedule. */
  every: every.nullable(),
  /** Whether each session that used it is followed by a rotation. */
  afterSession: z.boolean(),
  /** Whether each session is followed by a sign-in, which shows whether somebody changed the password on the resource. */
  checkAfterSession: z.boolean(),
  /**
   * A second login of the same rights, by its name and secret, with which the present one alternates. Null: one login, whose new
   * connections may be refused for the moment between change and promotion.
   */
  second: z.strictObject({ userName: foreignName, secret: uuid }).nullable(),
})

export const credentialRotation = z.strictObject({
  credential: uuid,
  ...rotationTerms.shape,
  /** When the next one is due; null: none is. */
  dueAt: timestamp.nullable(),
  /** When the last one succeeded. */
  rotatedAt: timestamp.nullable(),
  /** Failures since then. */
  failures: z.int().nonnegative(),
  /** The newest one, whatever became of it. */
  last: z
    .strictObject({
      id: uuid,
      state: z.enum(['waiting', 'taken', 'done', 'failed']),
      reason: rotationReason,
      /** Which login it changes. */
      userName: foreignName,
      startedAt: timestamp,
      finishedAt: timestamp.nullable(),
      /** Stable code of what went wrong last. */
      code: z.string().max(64).nullable(),
      message: z.string().max(300).nullable(),
    })
    .nullable(),
})
export type CredentialRotation = z.infer<typeof credentialRotation>

/** Most credentials that are named. */
export const MAX_OPENED = 500

/**
 * What makes worthless what a gateway saw: a rotation, that somebody replaces it, or the end of its lease, where a store made it for
 * that one alone.
 */
export const openedRemedy = z.enum(['rotation', 'replacement', 'end-of-lease'])
export type OpenedRemedy = z.infer<typeof openedRemedy>

/** Whose secrets a gateway opened in the version that they have now. */
export const openedSecrets = z.strictObject({
  /** When it was noted that the gateway was in the hands of others; null: it was not. */
  compromisedAt: timestamp.nullable(),
  credentials: z
    .array(
      z.strictObject({
        credential: uuid,
        /** `resource/credential`. */
        name: z.string().max(250),
        remedy: openedRemedy,
      }),
    )
    .max(MAX_OPENED),
  /** False: there are more than are named. */
  complete: z.boolean(),
})
export type OpenedSecrets = z.infer<typeof openedSecrets>

export const rotationRoutes = defineRoutes({
  getRotation: {
    method: 'GET',
    path: '/v1/credentials/{credential}/rotation',
    summary: 'When and how the password of a credential is rotated, and what came of the last time',
    authentication: 'two-signature',
    permission: 'resources.read',
    audit: null,
    parameters,
    response: credentialRotation,
    errors: ['not_found'],
  },
  changeRotation: {
    method: 'PATCH',
    path: '/v1/credentials/{credential}/rotation',
    summary: 'Changes when and how the password of a credential is rotated',
    authentication: 'two-signature',
    permission: 'secrets.write',
    presence: 'recent',
    audit: 'credential.rotation-changed',
    parameters,
    body: rotationTerms.partial(),
    response: credentialRotation,
    errors: ['not_found', 'conflict', 'in_use'],
  },
  rotateCredential: {
    method: 'POST',
    path: '/v1/credentials/{credential}/rotations',
    summary: 'Rotates the password of a credential as soon as a gateway of its site can',
    authentication: 'two-signature',
    permission: 'secrets.write',
    audit: 'job.started',
    parameters,
    response: credentialRotation,
    errors: ['not_found', 'conflict'],
  },
  getOpenedSecrets: {
    method: 'GET',
    path: '/v1/gateways/{gateway}/opened-secrets',
    summary: 'Whose secrets a gateway opened: what is rotated if it was in the hands of others, and what must be replaced',
    authentication: 'two-signature',
    permission: 'gateways.read',
    audit: null,
    parameters: z.strictObject({ gateway: uuid }),
    response: openedSecrets,
    errors: ['not_found'],
  },
  markGatewayCompromised: {
    method: 'POST',
    path: '/v1/gateways/{gateway}/compromise',
    summary:
      'Notes that a revoked gateway was in the hands of others: everything that it opened is rotated, or told to be replaced',
    authentication: 'two-signature',
    permission: 'gateways.write',
    presence: 'recent',
    audit: 'gateway.compromised',
    parameters: z.strictObject({ gateway: uuid }),
    response: z.strictObject({}),
    errors: ['not_found', 'conflict'],
  },
  testCredential: {
    method: 'POST',
    path: '/v1/credentials/{credential}/tests',
    summary: 'Signs in to the resource with a credential, through a gateway of its site, and out again',
    authentication: 'two-signature',
    permission: 'resources.write',
    audit: 'job.started',
    parameters,
    body: z.strictObject({ gateway: uuid.optional() }),
    response: testAnswer,
    errors: ['not_found', 'wrong_site', 'gateway_unreachable', 'limit_reached'],
  },
})
