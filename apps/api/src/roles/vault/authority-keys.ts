/** Keys of authorities whose last certificate is gone: nothing that was signed by them is accepted any more. */
import type { Transaction } from '../../db/schema.ts'

/** A key may wait this long for its first certificate, in milliseconds. */
const UNUSED_FOR = 24 * 60 * 60_000

/** Never the newest of a kind: the next certificate is signed by it, or for it. */
export const dropAuthorityKeys = async (transaction: Transaction, now: number): Promise<void> => {
  const certified = new Set(
    (await transaction.selectFrom('authority_certificates').select('key_id').execute()).map(({ key_id }) => key_id),
  )
  for (const use of ['root', 'issuer'] as const) {
    const [, ...older] = await transaction
      .selectFrom('vault_keys')
      .select(['id', 'created_at'])
      .where('use', '=', use)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute()
    const unused = older.filter(({ id, created_at }) => !certified.has(id) && created_at.getTime() + UNUSED_FOR <= now)
    if (unused.length === 0) continue
    await transaction
      .deleteFrom('vault_keys')
      .where('use', '=', use)
      .where(
        'id',
        'in',
        unused.map(({ id }) => id),
      )
      .execute()
  }
}
