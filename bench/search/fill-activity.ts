/**
 * Fills an API's database with activity, on its server: what a few thousand real queries left is copied a thousand times over the
 * month until now, beside the real ones. A body is encrypted for its stream and number, and a word's number for its month, so that copies within the month
 * are as good as what they are copied from. Whom and what a row names is drawn anew for each copy; some are drawn far more often.
 */
import type pg from 'pg'

/** How many of each there are; of half of them little is heard. */
export const pools = {
  user_id: 200,
  device_id: 300,
  session_id: 20_000,
  gateway_id: 5,
  lease_id: 100_000,
  resource_id: 60,
  credential_id: 150,
} as const
export type PooledColumn = keyof typeof pools

/** A tool's connection runs so many queries. */
const PER_CONNECTION = 20

/** A UUID of the form that random ones have; cheap to make, ten millions of times. */
const uuidOf = (kind: number, number: string): string =>
  `('0000000${kind}-0000-4000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`
const idIn = (column: PooledColumn, number: string): string => uuidOf(Object.keys(pools).indexOf(column) + 1, number)
const drawn = (column: PooledColumn): string => idIn(column, `floor(power(random(), 2) * ${pools[column]})::integer`)

/** The id of one of the drawn. */
export const pooledId = async (client: pg.Client, column: PooledColumn, number: number): Promise<string> => {
  const { rows } = await client.query<{ id: string }>(`select ${idIn(column, '$1::integer')} as id`, [number])
  return rows[0]!.id
}

/** Where a copy lies: `copy` counts from the newest; batches keep their order and their distances, stretched over the copy's share. */
const shift = `($1::timestamptz - (copy + 1 - source.place) * ($1::timestamptz - $2::timestamptz) / $3::integer) - source.batch_at`

/** What is copied, and where to; nothing of it is written to the log of transactions. */
const prepare = `
  create unlogged table bench_batches as
    select stream, first, min(at) as batch_at, min(rank)::double precision / max(total) as place from (
      select batches.stream, batches.first, at, rank() over (order by at, activity.stream, number) - 1 as rank, count(*) over () as total
      from activity join activity_batches as batches
        on batches.stream = activity.stream and number >= first and number < first + count
      where kind = 'query') as placed
    group by stream, first;
  create unlogged table bench_rows as
    select activity.*, place, batch_at from activity join activity_batches using (stream)
      join bench_batches as batches on batches.stream = activity.stream and batches.first = activity_batches.first
    where kind = 'query' and number >= activity_batches.first and number < activity_batches.first + count;
  create unlogged table bench_words as select * from activity_words join bench_batches using (stream, first);
  create unlogged table activity_filled (like activity including defaults including constraints);
  truncate activity_words;
  alter table activity_words set unlogged;
  analyze bench_rows;
  analyze bench_words`

const copyRows = `
  insert into activity_filled (organization_id, at, stream, number, received_at, kind, user_id, session_id, device_id, gateway_id,
    lease_id, connection_id, resource_id, credential_id, key_id, body, failed)
  select organization_id, (source.at + shift)::timestamptz(3), source.stream, number, source.received_at + shift,
    case when chance < 0.03 then 'connection.opened' when chance < 0.06 then 'connection.closed' when chance < 0.07 then 'transfer'
      when chance < 0.071 then 'cancel' else 'query' end,
    ${drawn('user_id')}, ${drawn('session_id')}, ${drawn('device_id')}, ${drawn('gateway_id')}, ${drawn('lease_id')},
    ${uuidOf(0, `copy::bigint * 1000000 + number / ${PER_CONNECTION}`)}, ${drawn('resource_id')}, ${drawn('credential_id')},
    key_id, body, chance > 0.99
  from generate_series($4::integer, $5::integer, -1) as copy
    cross join bench_rows as source
    cross join lateral (select random() as chance, ${shift} as shift) as moved`

/** Their batches are known, as those of copies are not: one row by its id is one of these. */
const keepReal = `
  insert into activity_filled (organization_id, at, stream, number, received_at, kind, user_id, session_id, device_id, gateway_id,
    lease_id, connection_id, resource_id, credential_id, key_id, body, failed)
  select organization_id, at, stream, number, received_at, kind, user_id, session_id, device_id, gateway_id,
    lease_id, connection_id, resource_id, credential_id, key_id, body, failed
  from bench_rows`

const copyWords = `
  insert into activity_words (organization_id, word, latest, stream, first, kind, numbers, ats)
  select organization_id, word, latest + shift, source.stream, source.first, kind, numbers,
    array(select (old + shift)::timestamptz(3) from unnest(ats) as old)
  from generate_series($4::integer, $5::integer, -1) as copy
    cross join bench_words as source
    cross join lateral (select ${shift} as shift) as moved`

/** Attaching makes the indexes, as the table has them. */
const install = (partition: string, from: string, until: string): string => `
  drop table ${partition};
  alter table activity_filled rename to ${partition};
  alter table ${partition} enable row level security;
  alter table ${partition} force row level security;
  alter table activity attach partition ${partition} for values from ('${from}') to ('${until}')`

/** The indexes of a table, taken away; what makes them again. */
const dropIndexes = async (client: pg.Client, table: string): Promise<string[]> => {
  const { rows } = await client.query<{ index: string; constraint: string | null; definition: string }>(
    `select indexrelid::regclass::text as index, conname as constraint,
      coalesce('alter table ' || indrelid::regclass || ' add ' || pg_get_constraintdef(pg_constraint.oid), pg_get_indexdef(indexrelid))
        as definition
    from pg_index left join pg_constraint on conindid = indexrelid and contype = 'p' where indrelid = $1::regclass`,
    [table],
  )
  for (const { index, constraint } of rows) {
    await client.query(constraint === null ? `drop index ${index}` : `alter table ${table} drop constraint ${constraint}`)
  }
  return rows.map(({ definition }) => definition)
}

/** Two at a time fill two processors. */
const CONNECTIONS = 2

export interface Filled {
  readonly rows: number
  /** Rows of the index of words. */
  readonly words: number
  /** Bytes of each, with its indexes. */
  readonly bytes: number
  readonly wordBytes: number
  /** Ids of some that are no copies. */
  readonly realIds: readonly string[]
}

interface FillOptions {
  readonly connect: () => Promise<pg.Client>
  readonly copies: number
  readonly now: Date
  readonly progress: (text: string) => void
}

/** `copies` times what is there. The time until `now` within its UTC month is what they are spread over. */
export const fillActivity = async ({ connect, copies, now, progress }: FillOptions): Promise<Filled> => {
  const month = (later: number): string => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + later)).toISOString()
  const [from, until] = [month(0), month(1)]
  const partition = `activity_${from.slice(0, 4)}${from.slice(5, 7)}`
  const clients: pg.Client[] = []
  try {
    for (let made = 0; made < CONNECTIONS; made++) {
      const client = await connect()
      clients.push(client)
      await client.query(`set maintenance_work_mem = '768MB'; set work_mem = '256MB'; set statement_timeout = 0`)
    }
    const [client, beside] = clients as [pg.Client, pg.Client]
    await client.query(prepare)
    const indexesOfWords = await dropIndexes(client, 'activity_words')
    const copied = async (statement: string): Promise<number> => {
      const share = Math.ceil(copies / CONNECTIONS)
      const results = await Promise.all(
        clients.map((each, index) =>
          each.query(statement, [now.toISOString(), from, copies, Math.min(copies, (index + 1) * share) - 1, index * share]),
        ),
      )
      return results.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0)
    }
    progress('rows')
    const real = await client.query(keepReal)
    const rows = (await copied(copyRows)) + (real.rowCount ?? 0)
    progress('words')
    const words = await copied(copyWords)
    progress('indexes')
    await Promise.all([
      client.query(install(partition, from, until)),
      (async () => {
        for (const definition of indexesOfWords) await beside.query(definition)
      })(),
    ])
    progress('statistics')
    const ids = await client.query<{ id: string }>(
      `select stream || '-' || number as id from bench_rows order by random() limit 100`,
    )
    await client.query('drop table bench_rows, bench_words, bench_batches')
    // As the server does on its own after a while.
    await Promise.all([client.query(`vacuum (analyze) ${partition}`), beside.query('vacuum (analyze) activity_words')])
    await client.query('analyze activity')
    const size = await client.query<{ rows: string; words: string }>(
      `select pg_total_relation_size($1::regclass) as rows, pg_total_relation_size('activity_words') as words`,
      [partition],
    )
    const { rows: rowBytes, words: wordBytes } = size.rows[0]!
    return { rows, words, bytes: Number(rowBytes), wordBytes: Number(wordBytes), realIds: ids.rows.map(({ id }) => id) }
  } finally {
    for (const client of clients) await client.end()
  }
}
