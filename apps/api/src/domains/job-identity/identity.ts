/**
 * Under whom unattended work unlocks. Like a person's, its tickets are signed by two keys: one that lasts, which the vault makes
 * and keeps wrapped, and one of a session, which is made here, never leaves this process and lasts an hour. Nobody else has
 * tickets of these purposes, and a ticket names the one job that it is for.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto'
import {
  fromBase64url,
  jobSession,
  type JobUnlock,
  seal,
  SHARE_LENGTH,
  shareInfo,
  type Signer,
  signStatement,
  ticket,
  TICKET_LIFETIME,
  toBase64url,
} from '@sallyport/protocol'
import type { Pool } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'

/** Milliseconds. Another session is begun at half of it. */
const SESSION_LIFETIME = 3_600_000
/** Organizations whose sessions are kept. */
const MAX_KEPT = 1_000

/** What is asked of the vault. */
export interface JobKeys {
  /** The identity's own key: PKCS #8. */
  jobKey(input: { readonly organization: string }): Promise<{ readonly privateKey: Uint8Array }>
  vaultKeys(input: {
    readonly organization: string
  }): Promise<{ readonly keys: readonly { readonly id: string; readonly publicKey: string }[] }>
}

/** What one ticket is for. */
export interface JobTicket {
  readonly purpose: 'rotate' | 'test'
  readonly gateway: string
  readonly credential: string
  readonly job: string
  readonly version: 'current' | 'pending'
}

/** A session that may sign now. */
export interface JobSigning {
  unlock(wanted: JobTicket): Promise<JobUnlock>
}

export interface JobIdentities {
  /** Throws `vault_unavailable`. */
  ready(organization: string): Promise<JobSigning>
}

export interface JobIdentitiesOptions {
  /** Connections as the database role `sallyport_api`. */
  readonly pool: Pool
  readonly vault: JobKeys
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

interface LiveSession {
  readonly id: string
  readonly identity: Signer
  readonly signer: Signer
  readonly renewAt: number
}

const signerOf = (key: KeyObject): Signer => ({
  algorithm: 'ecdsa-p256-sha256',
  publicKey: new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })),
  sign: (data) => Promise.resolve(new Uint8Array(sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }))),
})

/** Jobs have no device that could be copied: the field says nothing, and the vault asks nothing of it. */
const NO_DEVICE_STATE = { counter: 0, value: toBase64url(new Uint8Array(16)) }

export const jobIdentities = ({ pool, vault, clock }: JobIdentitiesOptions): JobIdentities => {
  const sessions = new Map<string, Promise<LiveSession>>()

  const begin = async (organization: string): Promise<LiveSession> => {
    const { privateKey } = await vault.jobKey({ organization })
    const identity = signerOf(
      createPrivateKey({
        key: Buffer.from(privateKey.buffer, privateKey.byteOffset, privateKey.length),
        format: 'der',
        type: 'pkcs8',
      }),
    )
    privateKey.fill(0)
    const signer = signerOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    const [id, now] = [randomUUID(), clock()]
    const expiresAt = now + SESSION_LIFETIME
    const payload = {
      version: 1 as const,
      organization,
      session: id,
      publicKey: toBase64url(signer.publicKey),
      issuedAt: now,
      expiresAt,
    }
    const statement = await signStatement(jobSession, payload, [identity])
    await withOrganization(pool, organization, (transaction) =>
      transaction
        .insertInto('job_sessions')
        .values({ id, statement, expires_at: new Date(expiresAt) })
        .execute(),
    )
    return { id, identity, signer, renewAt: now + SESSION_LIFETIME / 2 }
  }

  const session = async (organization: string): Promise<LiveSession> => {
    const known = await sessions.get(organization)?.catch(() => undefined)
    if (known !== undefined && clock() < known.renewAt) return known
    if (sessions.size >= MAX_KEPT) sessions.clear()
    const begun = begin(organization)
    sessions.set(organization, begun)
    return begun
  }

  return {
    ready: async (organization) => {
      const live = await session(organization)
      const vaultKey = (await vault.vaultKeys({ organization })).keys[0]!
      return {
        unlock: async ({ purpose, gateway, credential, job, version }) => {
          const share = randomBytes(SHARE_LENGTH)
          const now = clock()
          const fields = {
            version: 1 as const,
            purpose,
            organization,
            // The identity has neither device nor user: it stands under the organization's own id in their places.
            device: organization,
            session: live.id,
            gateway,
            credential,
            deviceState: NO_DEVICE_STATE,
            jti: randomUUID(),
            issuedAt: now,
            expiresAt: now + TICKET_LIFETIME,
            vaultKey: vaultKey.id,
            job: { id: job, version },
          }
          const sealed = await seal(share, fromBase64url(vaultKey.publicKey), { info: shareInfo(fields) })
          const text = await signStatement(ticket, { ...fields, share: sealed }, [live.identity, live.signer])
          const clear = toBase64url(share)
          share.fill(0)
          return { ticket: text, share: clear }
        },
      }
    },
  }
}
