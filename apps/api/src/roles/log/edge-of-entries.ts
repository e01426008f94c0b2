/** The edge of a log that was numbered before it had a tree: computed once, from its leaves. */
import { TreeEdge } from '@sallyport/audit-log'
import type { Transaction } from '../../db/schema.ts'

/** Leaves that are read at once. */
const STEP = 10_000

/** Throws when a number below `size` is missing. */
export const edgeOfEntries = async (transaction: Transaction, size: number): Promise<TreeEdge> => {
  const edge = TreeEdge.empty()
  while (edge.size < size) {
    const rows = await transaction
      .selectFrom('audit_entries')
      .select(['index', 'leaf'])
      .where('index', '>=', edge.size)
      .where('index', '<', Math.min(size, edge.size + STEP))
      .orderBy('index')
      .execute()
    for (const { index, leaf } of rows) {
      if (Number(index) !== edge.size) break
      edge.append(leaf)
    }
    if (rows.length === 0 || edge.size !== Number(rows.at(-1)!.index) + 1)
      throw new Error(`entry ${edge.size} of the log is missing`)
  }
  return edge
}
