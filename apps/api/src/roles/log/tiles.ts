/** Tiles of the tree in the database: full ones are kept and never change; partial ones are made of what lies below them. */
import { HASH_SIZE, hashesAt, rootOfHashes, TILE_WIDTH, TileTree, tileWidth } from '@sallyport/audit-log'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

/** Full tiles that one step writes. */
const STEP = 64

interface TileRow {
  readonly tile: string
  readonly hashes: Buffer
}

/** Hashes `start` up to `end` of a level, in groups of a tile each. Below level 0 are the entries' leaf hashes. */
const readHashes = async (
  transaction: Transaction,
  level: number,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<readonly TileRow[]> => {
  const source =
    level === 0
      ? sql`select index, leaf as hash from audit_entries`
      : sql`select index, root as hash from audit_tiles where level = ${level - 1}`
  const { rows } = await sql<TileRow>`
    select index / ${sql.lit(TILE_WIDTH)} as tile, string_agg(hash, ''::bytea order by index) as hashes
    from (${source}) as hashes where index >= ${start} and index < ${end} group by 1 order by 1`.execute(transaction)
  return rows
}

const writtenAt = async (transaction: Transaction, level: number): Promise<number> => {
  const row = await transaction
    .selectFrom('audit_tiles')
    .select('index')
    .where('level', '=', level)
    .orderBy('index', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? 0 : Number(row.index) + 1
}

const writeLevel = async (
  transaction: Transaction,
  { level, from, to }: { readonly level: number; readonly from: number; readonly to: number },
): Promise<void> => {
  const rows = await readHashes(transaction, level, { start: from * TILE_WIDTH, end: to * TILE_WIDTH })
  const tiles = rows.map(({ tile, hashes }) => ({ level, index: Number(tile), hashes, root: Buffer.from(rootOfHashes(hashes)) }))
  const whole = tiles.every(({ index, hashes }, place) => index === from + place && hashes.length === TILE_WIDTH * HASH_SIZE)
  if (!whole || tiles.length !== to - from) throw new Error(`hashes of level ${level} are missing`)
  // Another replica may have written the same bytes.
  await transaction
    .insertInto('audit_tiles')
    .values(tiles)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Writes tiles that are full in a tree of `size` leaves; true: there are more to write. A bounded step. */
export const writeTiles = async (transaction: Transaction, size: number): Promise<boolean> => {
  for (let level = 0; hashesAt(level, size) >= TILE_WIDTH; level++) {
    const full = hashesAt(level + 1, size)
    const from = await writtenAt(transaction, level)
    if (from >= full) continue
    const to = Math.min(full, from + STEP)
    await writeLevel(transaction, { level, from, to })
    if (to < full) return true
  }
  return false
}

/** Hashes of one tile; shorter than `width` when there are not that many. Null when there is no such tile. */
export const readTile = async (
  transaction: Transaction,
  { level, index, width }: { readonly level: number; readonly index: number; readonly width: number },
): Promise<Uint8Array | null> => {
  if (width === TILE_WIDTH) {
    const kept = await transaction
      .selectFrom('audit_tiles')
      .select('hashes')
      .where('level', '=', level)
      .where('index', '=', index)
      .executeTakeFirst()
    if (kept) return kept.hashes
  }
  const start = index * TILE_WIDTH
  const [made] = await readHashes(transaction, level, { start, end: start + width })
  return made?.hashes ?? null
}

/** The tree of the first `size` entries, as the database has it now. */
export const treeOf = (transaction: Transaction, size: number): TileTree =>
  new TileTree(size, async (name) => (await readTile(transaction, { ...name, width: tileWidth(name, size) })) ?? new Uint8Array())
