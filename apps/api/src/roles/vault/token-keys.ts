/**
 * Keys that sign tokens for third-party stores. Each algorithm has its own, made on first use. A key is published before it
 * signs and after it signed for the last time, because stores keep what they read of us for a while.
 */
import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { keyIdOf, SallyportError, type TokenAlgorithm, tokenAlgorithm } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import { lockByName } from '../../db/lock-by-name.ts'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { EncryptionContext } from '../../kms/kms.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultParts } from './parts.ts'

const DAY = 24 * 60 * 60_000
/** A key is followed by another one after this time. */
const ROTATION_AGE = 90 * DAY
/** How long the next one is published before it signs. */
const AHEAD = DAY
/** How long the one before stays published after that. */
const OVERLAP = DAY
/** Of one algorithm, at a time. */
const MAX_KEYS = 8

const job: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

interface TokenKey {
  readonly id: string
  readonly algorithm: TokenAlgorithm
  /** SubjectPublicKeyInfo (DER). */
  readonly publicKey: Uint8Array
  readonly wrapped: Uint8Array
  readonly createdAt: Date
  readonly signsFrom: Date
  readonly retiresAt: Date | null
}

/** What a wrapped key belongs to. */
export const tokenKeyContext = (key: {
  readonly organization: string
  readonly algorithm: TokenAlgorithm
  readonly id: string
}): EncryptionContext => ({ purpose: 'token-key', organization: key.organization, algorithm: key.algorithm, key: key.id })

const encodings = {
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
} as const

/** Off the main thread: an RSA key takes its time. */
const generate = (algorithm: TokenAlgorithm): Promise<{ readonly publicKey: Buffer; readonly privateKey: Buffer }> =>
  new Promise((resolve, reject) => {
    const done = (error: Error | null, publicKey: Buffer, privateKey: Buffer): void => {
      if (error === null) resolve({ publicKey, privateKey })
      else reject(error)
    }
    if (algorithm === 'ES256') generateKeyPair('ec', { namedCurve: 'P-256', ...encodings }, done)
    else generateKeyPair('rsa', { modulusLength: 2048, ...encodings }, done)
  })

const readKeys = async (transaction: Transaction): Promise<TokenKey[]> => {
  const rows = await transaction
    .selectFrom('token_keys')
    .selectAll()
    .orderBy('signs_from', 'desc')
    // Of one moment, the one that nothing follows yet.
    .orderBy('retires_at', (order) => order.desc().nullsFirst())
    .orderBy('id')
    .limit(MAX_KEYS * tokenAlgorithm.options.length)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    algorithm: row.algorithm,
    publicKey: row.public_key,
    wrapped: row.wrapped,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    retiresAt: row.retires_at,
  }))
}

const insertKey = async (transaction: Transaction, key: TokenKey): Promise<void> => {
  await transaction
    .insertInto('token_keys')
    .values({
      id: key.id,
      algorithm: key.algorithm,
      public_key: Buffer.from(key.publicKey),
      wrapped: Buffer.from(key.wrapped),
      created_at: key.createdAt,
      signs_from: key.signsFrom,
      retires_at: key.retiresAt,
    })
    .execute()
}

/** One maker at a time: whoever comes second finds the key of the first. */
const lockKeys = (transaction: Transaction): Promise<void> => lockByName(transaction, 'token keys')

export interface TokenKeys extends Pick<VaultLink, 'tokenKeys' | 'tokenKeyState' | 'rotateTokenKeys'> {
  /** Hands the private key that signs at present to `work`, and the id under which it is published. */
  withSigningKey<Result>(
    organization: string,
    algorithm: TokenAlgorithm,
    work: (key: KeyObject, id: string) => Result,
  ): Promise<Result>
  /** What happens to keys by itself. */
  keep(organization: string): Promise<void>
}

export const tokenKeys = (parts: Pick<VaultParts, 'pool' | 'kms' | 'clock'>): TokenKeys => {
  const within = <Result>(organization: string, work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, organization, work)

  const make = async (organization: string, algorithm: TokenAlgorithm, signsFrom: number): Promise<TokenKey> => {
    const { publicKey, privateKey } = await generate(algorithm)
    const id = await keyIdOf(publicKey)
    const wrapped = await withSecretBytes(privateKey, (bytes) =>
      parts.kms.wrap(bytes, tokenKeyContext({ organization, algorithm, id })),
    )
    const createdAt = new Date(parts.clock())
    return { id, algorithm, publicKey, wrapped, createdAt, signsFrom: new Date(signsFrom), retiresAt: null }
  }

  /** All that are published; makes the first of each algorithm. Nothing is locked while the KMS is asked. */
  const published = async (organization: string): Promise<readonly TokenKey[]> => {
    const present = await within(organization, readKeys)
    const missing = tokenAlgorithm.options.filter((algorithm) => !present.some((key) => key.algorithm === algorithm))
    if (missing.length === 0) return present
    const made = await Promise.all(missing.map((algorithm) => make(organization, algorithm, parts.clock())))
    return within(organization, async (transaction) => {
      await lockKeys(transaction)
      const meanwhile = await readKeys(transaction)
      for (const key of made) {
        if (!meanwhile.some(({ algorithm }) => algorithm === key.algorithm)) await insertKey(transaction, key)
      }
      return readKeys(transaction)
    })
  }

  /** The newest that signs already; of a fresh organization the one that will, whatever the clocks of replicas say. */
  const signingKey = async (organization: string, algorithm: TokenAlgorithm): Promise<TokenKey> => {
    const own = (await published(organization)).filter((key) => key.algorithm === algorithm)
    const found = own.find((key) => key.signsFrom.getTime() <= parts.clock()) ?? own.at(-1)
    if (!found) throw new SallyportError('internal', { cause: new Error('the keys for tokens vanished') })
    return found
  }

  /** `fresh` was made before. One entry for all of them. */
  const follow = async (
    transaction: Transaction,
    fresh: readonly TokenKey[],
    { actor, organization }: { readonly actor: AuditActor; readonly organization: string },
  ): Promise<void> => {
    const present = await readKeys(transaction)
    if (present.length + fresh.length > MAX_KEYS * tokenAlgorithm.options.length) {
      throw new SallyportError('limit_reached', {
        message: 'Too many keys of before are still published. Wait until they retire.',
      })
    }
    const signsFrom = Math.max(...fresh.map((key) => key.signsFrom.getTime()))
    const retiresAt = new Date(signsFrom + OVERLAP)
    await transaction.updateTable('token_keys').set({ retires_at: retiresAt }).where('retires_at', 'is', null).execute()
    for (const key of fresh) await insertKey(transaction, key)
    await recordAudit(transaction, {
      type: 'token-key.rotated',
      actor,
      subject: { kind: 'organization', id: organization },
      details: {
        before: present.filter((key) => key.retiresAt === null).map(({ id }) => id),
        after: fresh.map(({ id }) => id),
        signsFrom: new Date(signsFrom).toISOString(),
        retiresAt: retiresAt.toISOString(),
      },
    })
  }

  const makeAll = (organization: string, signsFrom: number): Promise<TokenKey[]> =>
    Promise.all(tokenAlgorithm.options.map((algorithm) => make(organization, algorithm, signsFrom)))

  const retire = async (transaction: Transaction): Promise<void> => {
    const retired = await transaction
      .deleteFrom('token_keys')
      .where('retires_at', '<=', new Date(parts.clock()))
      .returning('id')
      .execute()
    for (const { id } of retired) {
      await recordAudit(transaction, { type: 'token-key.retired', actor: job, subject: { kind: 'token-key', id } })
    }
  }

  /** An organization without keys uses no store. */
  const isDue = async (transaction: Transaction): Promise<boolean> => {
    const [newest] = await readKeys(transaction)
    return newest !== undefined && newest.createdAt.getTime() + ROTATION_AGE <= parts.clock()
  }

  const state = async (organization: string) => ({
    keys: (await within(organization, readKeys)).map(({ id, algorithm, createdAt, signsFrom, retiresAt }) => ({
      id,
      algorithm,
      createdAt: createdAt.toISOString(),
      signsFrom: signsFrom.toISOString(),
      retiresAt: retiresAt?.toISOString() ?? null,
    })),
  })

  return {
    async withSigningKey(organization, algorithm, work) {
      const key = await signingKey(organization, algorithm)
      const pkcs8 = parts.kms.unwrap(key.wrapped, tokenKeyContext({ organization, algorithm, id: key.id }))
      return withSecretBytes(pkcs8, (bytes) => {
        const der = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        return work(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }), key.id)
      })
    },
    async tokenKeys({ organization }) {
      const keys = await published(organization)
      return {
        keys: keys.map(({ id, algorithm, publicKey, retiresAt }) => ({
          id,
          algorithm,
          publicKey: new Uint8Array(publicKey),
          retiresAt: retiresAt?.toISOString() ?? null,
        })),
      }
    },
    tokenKeyState: ({ organization }) => state(organization),
    async rotateTokenKeys(asked) {
      // Whoever rotates by hand has a reason not to wait: the new ones sign at once, and stores read us again for their sake.
      const fresh = await makeAll(asked.organization, parts.clock())
      await within(asked.organization, async (transaction) => {
        await lockKeys(transaction)
        await follow(transaction, fresh, asked)
      })
      return state(asked.organization)
    },
    async keep(organization) {
      const due = await within(organization, async (transaction) => {
        await retire(transaction)
        return isDue(transaction)
      })
      if (!due) return
      const fresh = await makeAll(organization, parts.clock() + AHEAD)
      await within(organization, async (transaction) => {
        await lockKeys(transaction)
        if (await isDue(transaction)) await follow(transaction, fresh, { organization, actor: job })
      })
    },
  }
}
