/**
 * Keys follow one another: root keys, data keys, authorities' keys and vault keys. A new vault key is announced by the trust bundle;
 * the one before opens what was sealed to it for a while.
 */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor, KeyState } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { bumpTrustBundle } from '../../domains/authority/index.ts'
import type { VaultLink } from '../../links/index.ts'
import { dropAuthorityKeys } from './authority-keys.ts'
import { dataKeyStep, readRotation, startRotation } from './data-keys.ts'
import { insertSealingKey, makeSealingKey } from './keys.ts'
import { MAX_KEYS, type StoredKey } from './make-key.ts'
import type { VaultParts } from './parts.ts'
import { rewrapStep, STEP } from './rewrap.ts'
import { countRows } from './wrapped-rows.ts'

const DAY = 24 * 60 * 60_000
/** A vault key is followed by another one after this time. */
const ROTATION_AGE = 90 * DAY
/** How long one that was followed still opens: agents that were away, secrets that are being typed. */
const OVERLAP = 7 * DAY
/** Milliseconds for which a key that did not open is left alone: by whoever asks, and by the job. */
const PATIENCE = { asked: 60_000, job: 60 * 60_000 } as const

const job: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

interface Asked {
  readonly organization: string
  readonly actor: AuditActor
}

export const keyRotation = (
  parts: VaultParts,
): Pick<VaultLink, 'keyState' | 'rewrapKeys' | 'rotateVaultKey' | 'rotateDataKeys' | 'keepKeys'> => {
  const { kms, pool } = parts
  const within = <Result>(organization: string, work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(pool, organization, work)

  const sealingKeys = (transaction: Transaction) =>
    transaction
      .selectFrom('vault_keys')
      .select(['id', 'created_at', 'retires_at'])
      .where('use', '=', 'sealing')
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(MAX_KEYS)
      .execute()

  const keyState = async (organization: string): Promise<KeyState> => {
    const { driver, protection, keyId: key, prefix } = await kms.describe()
    return within(organization, async (transaction) => {
      const rotation = await readRotation(transaction)
      const { sealedBefore, ...wrapped } = await countRows(transaction, { prefix, before: rotation?.startedAt ?? new Date(0) })
      return {
        root: { driver, protection, key },
        wrapped,
        dataKeys:
          rotation === null
            ? null
            : {
                startedAt: rotation.startedAt.toISOString(),
                finishedAt: rotation.finishedAt?.toISOString() ?? null,
                left: sealedBefore,
              },
        vaultKeys: (await sealingKeys(transaction)).map(({ id, created_at, retires_at }) => ({
          id,
          createdAt: created_at.toISOString(),
          retiresAt: retires_at?.toISOString() ?? null,
        })),
      }
    })
  }

  /** `key` was made before: no lock is held while the service is asked. */
  const rotate = async (transaction: Transaction, key: StoredKey, { organization, actor }: Asked): Promise<void> => {
    // Bundles are numbered under the organization's row: whoever rotates second waits here and sees the first one's key.
    const number = await bumpTrustBundle(transaction, organization)
    const present = await sealingKeys(transaction)
    if (present.length >= MAX_KEYS) {
      throw new SallyportError('limit_reached', { message: 'Too many vault keys of before still open. Wait until they retire.' })
    }
    const retiresAt = new Date(parts.clock() + OVERLAP)
    await transaction
      .updateTable('vault_keys')
      .set({ retires_at: retiresAt })
      .where('use', '=', 'sealing')
      .where('retires_at', 'is', null)
      .execute()
    // The newest, whatever the clocks of database and vault say.
    const newest = Math.max(parts.clock(), (present[0]?.created_at.getTime() ?? 0) + 1)
    await insertSealingKey(transaction, key, new Date(newest))
    await recordAudit(transaction, {
      type: 'vault-key.rotated',
      actor,
      subject: { kind: 'vault-key', id: key.id },
      details: { before: present[0]?.id ?? null, retiresAt: retiresAt.toISOString(), trustBundle: number },
    })
  }

  /** Deletes vault keys whose time is over: what was sealed to them opens nowhere any more. */
  const retire = async (transaction: Transaction, organization: string): Promise<void> => {
    const retired = await transaction
      .deleteFrom('vault_keys')
      .where('use', '=', 'sealing')
      .where('retires_at', '<=', new Date(parts.clock()))
      .returning('id')
      .execute()
    if (retired.length === 0) return
    await bumpTrustBundle(transaction, organization)
    for (const { id } of retired) {
      await recordAudit(transaction, { type: 'vault-key.retired', actor: job, subject: { kind: 'vault-key', id } })
    }
  }

  const isDue = async (transaction: Transaction): Promise<boolean> => {
    const [newest] = await sealingKeys(transaction)
    return newest !== undefined && newest.created_at.getTime() + ROTATION_AGE <= parts.clock()
  }

  const lockOrganization = (transaction: Transaction, organization: string) =>
    transaction.selectFrom('organizations').select('id').where('id', '=', organization).forUpdate().executeTakeFirst()

  return {
    keyState: ({ organization }) => keyState(organization),
    async rewrapKeys(asked) {
      await rewrapStep(parts, { ...asked, patience: PATIENCE.asked }, true)
      return keyState(asked.organization)
    },
    async rotateVaultKey(asked) {
      const key = await makeSealingKey(parts, asked.organization)
      await within(asked.organization, (transaction) => rotate(transaction, key, asked))
      return keyState(asked.organization)
    },
    async rotateDataKeys({ organization, actor }) {
      await within(organization, (transaction) =>
        startRotation(transaction, { organization, actor, now: new Date(parts.clock()) }),
      )
      await dataKeyStep(parts, { organization, actor, patience: PATIENCE.asked })
      return keyState(organization)
    },
    async keepKeys({ organization }) {
      const due = await within(organization, async (transaction) => {
        await retire(transaction, organization)
        return isDue(transaction)
      })
      if (due) {
        const key = await makeSealingKey(parts, organization)
        await within(organization, async (transaction) => {
          await lockOrganization(transaction, organization)
          if (await isDue(transaction)) await rotate(transaction, key, { organization, actor: job })
        })
      }
      await within(organization, (transaction) => dropAuthorityKeys(transaction, parts.clock()))
      const turn = { organization, actor: job, patience: PATIENCE.job }
      const [rewrapped, sealedAgain] = [await rewrapStep(parts, turn, false), await dataKeyStep(parts, turn)]
      // That nothing is left to seal again is found by the step after the last.
      return { more: rewrapped === STEP || sealedAgain > 0 }
    },
  }
}
