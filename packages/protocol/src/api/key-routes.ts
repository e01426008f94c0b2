/** The vault's keys as an administrator sees them: what they rest under, and their rotation. Never a key itself. */
import { z } from 'zod'
import { keyId, timestamp } from '../fields.ts'
import { defineRoutes } from './route.ts'

export const keyState = z.strictObject({
  /** The root key under which all others rest. */
  root: z.strictObject({
    driver: z.string().max(32),
    /** How it is kept, in words. */
    protection: z.string().max(200),
    /** Names key and version. */
    key: z.string().max(1024),
  }),
  /** Keys of this organization that rest under the root key's newest version, and under older ones. */
  wrapped: z.strictObject({
    newest: z.int().nonnegative(),
    older: z.int().nonnegative(),
    /** Of them all: did not open when they were last tried. */
    unopened: z.int().nonnegative(),
  }),
  /** The last time that data keys were made anew; null: never on demand. `left`: how many rest under one of before. */
  dataKeys: z.strictObject({ startedAt: timestamp, finishedAt: timestamp.nullable(), left: z.int().nonnegative() }).nullable(),
  /** To which clients seal secrets and shares, the newest first. */
  vaultKeys: z
    .array(z.strictObject({ id: keyId, createdAt: timestamp, /** Null: in use. */ retiresAt: timestamp.nullable() }))
    .max(8),
})
export type KeyState = z.infer<typeof keyState>

const failures = [
  'vault_unavailable',
  'secret_unavailable',
  'kms_unreachable',
  'kms_slow',
  'kms_throttled',
  'kms_denied',
  'kms_wrong_region',
  'kms_key_missing',
  'kms_key_disabled',
  'kms_key_pending_deletion',
  'kms_clock_wrong',
  'kms_sealed',
] as const

export const keyRoutes = defineRoutes({
  getKeys: {
    method: 'GET',
    path: '/v1/keys',
    summary: 'What the keys of the organization rest under, and its vault keys',
    authentication: 'two-signature',
    permission: 'settings.read',
    audit: null,
    response: keyState,
    errors: failures,
  },
  rewrapKeys: {
    method: 'POST',
    path: '/v1/keys/rewrap',
    summary: 'Brings some keys under the newest version of the root key; call again while older ones are left',
    authentication: 'two-signature',
    permission: 'settings.write',
    audit: 'keys.rewrapped',
    response: keyState,
    errors: failures,
  },
  rotateDataKeys: {
    method: 'POST',
    path: '/v1/keys/data-keys/rotation',
    summary: 'Begins to seal every secret and key again under a data key of its own that is new',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'data-keys.rotation-started',
    response: keyState,
    errors: failures,
  },
  rotateVaultKey: {
    method: 'POST',
    path: '/v1/keys/vault-key/rotation',
    summary: 'Makes a new vault key; the one before opens what was sealed to it for a while',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'vault-key.rotated',
    response: keyState,
    errors: [...failures, 'limit_reached'],
  },
})
