/** Objects of the API as its answers show them. Instants are RFC 3339 texts here; ids are UUIDs. */
import { z } from 'zod'
import { base64urlOf, der, deviceState, displayName, email, foreignName, host, port, slug, timestamp, uuid } from '../fields.ts'
import { credentialKind, endpoint, resourceOptions } from '../lease.ts'
import { storeField, storePath } from '../store.ts'
import { daysByKind, recordingPolicy } from '../recording-policy.ts'
import { MAX_UPLINKS } from '../trust-bundle.ts'
import { permission } from './permission.ts'

export const organization = z.strictObject({
  id: uuid,
  slug,
  name: displayName,
  trustDomain: z.string().max(255),
  settings: z.strictObject({
    /** Seconds. A session ends after this at the latest; 12 h by default. */
    sessionLifetime: z.int().min(300).max(86_400),
    /** Seconds without a call or open connection after which a session ends. */
    sessionIdleLimit: z.int().min(300).max(86_400),
    /** Seconds. 60 to 3600; 300 by default. */
    leaseLifetime: z.int().min(60).max(3600),
    /** Whether a device that nobody approved may sign in. */
    newDevices: z.enum(['allow', 'approve']),
    /** First and last port that credentials are given. */
    ports: z.strictObject({ first: port, last: port }),
    activityRetentionDays: z.int().min(1).max(3650),
    /** Kinds of activity that go earlier, by their days. */
    activityRetentionByKind: daysByKind.optional(),
    /** How activity is recorded where a resource says nothing else; absent: all of it, kept by the API. */
    recording: recordingPolicy.optional(),
  }),
})
export type Organization = z.infer<typeof organization>

/** Public facts by which a client or gateway makes first contact; the fingerprint counts only if it came by another way. */
export const organizationTrust = z.strictObject({
  organization: uuid,
  slug,
  name: displayName,
  trustDomain: z.string().max(255),
  /** Root certificate (DER) of the organization. */
  root: der,
  /** SHA-256 of the root certificate. */
  rootFingerprint: base64urlOf(32),
})

export const user = z.strictObject({
  id: uuid,
  email,
  firstName: displayName,
  lastName: displayName,
  status: z.enum(['invited', 'active', 'disabled']),
  roles: z.array(z.strictObject({ id: uuid, name: displayName })),
  createdAt: timestamp,
  lastSignInAt: timestamp.nullable(),
  /** When the account ends by itself: that of a support access. */
  endsAt: timestamp.optional(),
})

/** Facts of a device in clear, for people to recognise it by. */
export const deviceFacts = z.strictObject({
  name: displayName,
  platform: z.enum(['linux', 'darwin', 'win32']),
  osVersion: z.string().max(120),
  clientVersion: z.string().max(64),
  /** How the device key is kept. */
  keyStorage: z.enum(['keychain', 'passphrase', 'hardware']),
})

/** Fingerprint parts, each hashed under a secret of the device's keychain. A part that the system does not tell is absent. */
export const fingerprint = z
  .partialRecord(z.enum(['machine', 'board', 'disk', 'network', 'system', 'owner']), base64urlOf(32))
  .refine((parts) => Object.keys(parts).length > 0, 'A fingerprint has at least one part.')
export type Fingerprint = z.infer<typeof fingerprint>

export const device = z.strictObject({
  id: uuid,
  user: uuid,
  facts: deviceFacts,
  status: z.enum(['pending', 'active', 'revoked']),
  enrolledAt: timestamp,
  lastSeenAt: timestamp.nullable(),
})

export const session = z.strictObject({
  id: uuid,
  user: uuid,
  device: uuid,
  label: z.string().regex(/^[a-z0-9]{8}$/),
  status: z.enum(['active', 'ended', 'revoked', 'expired']),
  createdAt: timestamp,
  expiresAt: timestamp,
  lastUsedAt: timestamp,
  address: z.string().max(64),
})

/** What a sign-in or renewal returns to the agent. */
export const sessionMaterial = z.strictObject({
  session: z.strictObject({ id: uuid, expiresAt: timestamp, label: z.string().length(8) }),
  user: z.strictObject({ id: uuid, email, firstName: displayName, lastName: displayName }),
  device: uuid,
  organization: uuid,
  /** Leaf first (DER), then issuers up to, without, the root. */
  certificates: z.array(der).min(1).max(4),
  certificateExpiresAt: timestamp,
  deviceState,
  /** The signed trust bundle. */
  trustBundle: z.string().max(1024 * 1024),
})
export type SessionMaterial = z.infer<typeof sessionMaterial>

export const role = z.strictObject({
  id: uuid,
  name: displayName,
  description: z.string().max(1000),
  builtIn: z.boolean(),
  permissions: z.array(permission),
  users: z.array(uuid),
  credentials: z.array(uuid),
})

export const grant = z.strictObject({
  id: uuid,
  user: uuid,
  credential: uuid,
  /** The device it is for; null: any of the person's. */
  device: uuid.nullable(),
  reason: z.string().max(1000),
  startsAt: timestamp,
  expiresAt: timestamp,
  status: z.enum(['active', 'revoked', 'expired']),
})

export const site = z.strictObject({ id: uuid, name: displayName })

export const resource = z.strictObject({
  id: uuid,
  site: uuid,
  name: displayName,
  description: z.string().max(1000),
  tags: z.array(slug).max(32),
  endpoint,
  options: resourceOptions,
})

export const credential = z.strictObject({
  id: uuid,
  resource: uuid,
  /** Short name, unique on its resource: `read-only`. */
  name: slug,
  /** Who it is on the resource. */
  userName: foreignName,
  secret: uuid,
  secretVersion: z.int().positive(),
  /** False after the endpoint changed, until the secret is bound again. */
  bound: z.boolean(),
  /** Where the secret lies, when it is a third-party store; null: in the vault. */
  stored: z.strictObject({ store: uuid, path: storePath, field: storeField }).nullable(),
  databases: z.array(foreignName).max(256),
  /** Organization-wide loopback port. */
  port,
  /** One person uses it at a time. */
  exclusive: z.boolean(),
  /** What its secret is; null: stored before this was noted. */
  kind: credentialKind.nullable(),
  /** When the certificate that is its secret ends; null: it has no end. */
  secretEndsAt: timestamp.nullable(),
})

/** One line of what a person may connect to. */
export const grantedCredential = z.strictObject({
  credential: uuid,
  /** `shop-db/read-only`: resource and credential name; unique in the organization. */
  name: z.string().max(250),
  resource: z.strictObject({
    id: uuid,
    name: displayName,
    description: z.string(),
    tags: z.array(slug),
    protocol: endpoint.shape.protocol,
  }),
  site: uuid,
  userName: z.string(),
  databases: z.array(z.string()),
  port,
  bound: z.boolean(),
  /** One person uses it at a time. */
  exclusive: z.boolean(),
  /** Somebody else has it now, until then if they do not go on; `by` is who, for those who may see people. */
  inUse: z.strictObject({ by: z.string().max(250).nullable(), until: timestamp }).nullable(),
  /** Why: through which roles, or a temporary grant with its end. */
  through: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('role'), id: uuid, name: displayName }),
      z.strictObject({ kind: z.literal('grant'), id: uuid, expiresAt: timestamp }),
    ]),
  ),
})
export type GrantedCredential = z.infer<typeof grantedCredential>

export const gateway = z.strictObject({
  id: uuid,
  name: displayName,
  kind: z.enum(['gateway', 'relay']),
  sites: z.array(uuid),
  address: z.strictObject({ host, port }).nullable(),
  status: z.enum(['joined', 'revoked']),
  connected: z.boolean(),
  version: z.string().max(64),
  /** What it last said about itself; null before that, and once it is revoked. */
  load: z
    .strictObject({
      at: timestamp,
      sessions: z.int().nonnegative(),
      connections: z.int().nonnegative(),
      /** Activity that waits to be shipped. */
      spoolBytes: z.int().nonnegative(),
      residentBytes: z.int().nonnegative(),
      /** Share of one processor that it used since the time before. */
      processorShare: z.number().nonnegative(),
      /** Of a relay: the gateways at which it can be reached. */
      uplinks: z.array(uuid).max(MAX_UPLINKS).optional(),
    })
    .nullable(),
  lastSeenAt: timestamp.nullable(),
  certificateExpiresAt: timestamp.nullable(),
})

export const lease = z.strictObject({
  id: uuid,
  user: uuid,
  session: uuid,
  gateway: uuid,
  credential: uuid,
  createdAt: timestamp,
  expiresAt: timestamp,
  status: z.enum(['active', 'ended', 'revoked', 'expired']),
})

/** Kinds of alerts that tell of what lasts: they are open until it is over, whoever acknowledges them. */
export const lastingAlerts = [
  'vault-failing',
  'kms-failing',
  'log-failing',
  'database-full',
  'support-access',
  'secret-exposed',
] as const

export const alert = z.strictObject({
  id: uuid,
  at: timestamp,
  kind: z.enum([
    'device-cloned',
    'device-mismatch',
    'device-replaced',
    'fingerprint-changed',
    'new-device',
    'recovery-code-used',
    'sign-in-throttled',
    'activity-gap',
    'emergency-access',
    'review-overdue',
    'rotation-failed',
    'credential-refused',
    'certificate-ending',
    'temporary-user-left',
    'key-unopened',
    'sink-failing',
    ...lastingAlerts,
  ]),
  user: uuid.nullable(),
  device: uuid.nullable(),
  message: z.string().max(500),
  /** Who looked at it; null: nobody yet. */
  acknowledged: z.strictObject({ at: timestamp, by: uuid }).nullable(),
  /** When what it tells of was over; null: it is not, or nobody can tell. */
  endedAt: timestamp.nullable(),
})

/** Whether it wants a look: nobody has acknowledged it, or what it tells of goes on. */
export const isOpenAlert = ({ kind, acknowledged, endedAt }: z.output<typeof alert>): boolean =>
  endedAt === null && (acknowledged === null || lastingAlerts.some((lasting) => lasting === kind))

/** One row of activity as auditors see it. */
export const activityRow = z.strictObject({
  id: z.string().max(64),
  at: timestamp,
  kind: z.string().max(32),
  user: uuid,
  session: uuid,
  device: uuid,
  gateway: uuid,
  lease: uuid,
  connection: uuid,
  resource: uuid,
  credential: uuid,
  /** Whether the resource answered with an error; null for what has no outcome, and for rows from before this was noted. */
  failed: z.boolean().nullable(),
  /** True: texts are cut; the row alone, by its id, shows all of it. */
  shortened: z.boolean(),
  activity: z.json(),
})

export const auditRow = z.strictObject({
  /** Number in the organization's log; null until the log has numbered it. */
  index: z.int().nonnegative().nullable(),
  leaf: base64urlOf(32).nullable(),
  entry: z.json(),
  /** Whose personal data in this entry was erased: ids of users; a month (`2026-11`) for people who were not known. */
  erased: z.array(z.string().max(36)).max(8).optional(),
})
export type AuditRow = z.infer<typeof auditRow>

/** Why a person may or may not lease a credential: the decision function's own words. */
export const explanation = z.strictObject({
  allowed: z.boolean(),
  reasons: z.array(z.strictObject({ rule: z.string().max(64), holds: z.boolean(), text: z.string().max(500) })),
})
