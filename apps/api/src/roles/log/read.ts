/** Tiles, entries and proofs of one log, for those who verify it. */
import { formatEntryProof } from '@sallyport/audit-log'
import { fromUtf8, toBase64url } from '@sallyport/protocol'
import { MAX_LOG_ENTRIES_BYTES } from '@sallyport/protocol/api'
import { withOrganization } from '../../db/with-organization.ts'
import type { LogLink } from '../../links/index.ts'
import { readPublished } from './checkpoint.ts'
import type { LogParts } from './parts.ts'
import { readTile, treeOf } from './tiles.ts'

type Parts = Pick<LogParts, 'pool'>

export const readingTiles =
  ({ pool }: Parts): LogLink['readTile'] =>
  async ({ organization, ...name }) => ({
    hashes: await withOrganization(pool, organization, (transaction) => readTile(transaction, name)),
  })

export const readingEntries =
  ({ pool }: Parts): LogLink['readEntries'] =>
  ({ organization, start, limit }) =>
    withOrganization(pool, organization, async (transaction) => {
      const rows = await transaction
        .selectFrom('audit_entries')
        .select('entry')
        .where('index', '>=', start)
        .where('index', '<', start + limit)
        .orderBy('index')
        .execute()
      let bytes = 0
      const fitting = rows.findIndex(({ entry }, place) => (bytes += entry.length) > MAX_LOG_ENTRIES_BYTES && place > 0)
      const kept = fitting < 0 ? rows : rows.slice(0, fitting)
      return { start, entries: kept.map(({ entry }) => fromUtf8(entry)) }
    })

export const provingEntries =
  ({ pool }: Parts): LogLink['proveEntry'] =>
  ({ organization, entry: id }) =>
    withOrganization(pool, organization, async (transaction) => {
      const row = await transaction
        .selectFrom('audit_entries')
        .select(['index', 'leaf', 'entry'])
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) return { found: null }
      const index = Number(row.index)
      const published = await readPublished(transaction)
      const covered = published !== null && index < published.size
      const proof = covered
        ? formatEntryProof({
            index,
            proof: await treeOf(transaction, published.size).inclusion(index),
            checkpoint: published.note,
          })
        : null
      return { found: { index, leaf: toBase64url(row.leaf), entry: fromUtf8(row.entry), proof } }
    })
