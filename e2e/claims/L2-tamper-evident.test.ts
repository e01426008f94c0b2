/**
 * L2. The log is tamper-evident, and provable offline by a small separate program: no change, gap, reorder or truncation. Nobody,
 * administrators included, can change it unnoticed while one witness is honest.
 *
 * The attacker has an export in hands; is superuser of the database; stops the process that signs, lets another take over, and wakes
 * the first; or starts the system from an old backup. What is honest: the verifier, the keys it is given, and one witness.
 */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Central, startWitness, type Witness } from '@sallyport/testbed'
import { makeTemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { centralSql } from '../support/central-sql.ts'
import { exportLog, type LogExport, verifyExport, writeLogExport } from '../support/export-log.ts'
import { RawClient } from '../support/raw-client.ts'

let folder: Awaited<ReturnType<typeof makeTemporaryDirectory>>
let central: Central
let witness: Witness
let auditor: RawClient
/** Before any attack. */
let honest: LogExport
let policy: string
let counter = 0

const superuser = (): string => central.database!.url('superuser')
const path = (name: string): string => join(folder.path, `${name}-${(counter += 1)}`)
const written = async (text: string): Promise<string> => {
  const file = path('file')
  await writeFile(file, text)
  return file
}

/** Entries of changes that really happened. */
const grow = async (client: RawClient, count: number): Promise<void> => {
  for (let each = 0; each < count; each++) await client.call('createSite', { body: { name: `site ${(counter += 1)}` } })
}
/** The head that the witness cosigned, once it covers everything that is numbered now. */
const witnessedHead = (client: RawClient) =>
  waitFor(
    async () => {
      const { size, witnessed } = await client.call('getLog')
      return witnessed !== null && witnessed.size === size && witnessed
    },
    { description: 'the witness to cosign', timeoutMs: 90_000 },
  )
/** Verified with the policy that wants the witness. */
const verify = async (log: LogExport, ...options: string[]) => {
  const file = path('export')
  await writeLogExport(file, log)
  return verifyExport(file, '--policy', policy, ...options)
}
const good = { exitCode: 0, wrong: [] }
const wrong = (...what: string[]) => ({ exitCode: 1, wrong: what })

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  await mkdir(join(folder.path, 'witness'))
  ;[witness, central] = await Promise.all([
    startWitness(join(folder.path, 'witness')),
    Central.start({ database: 'central', apiEnvironment: { SALLYPORT_WITNESS_NETWORKS: '127.0.0.0/8' } }),
  ])
  auditor = await RawClient.enrol(central.invitation)
  const { keys } = await waitFor(
    async () => {
      const log = await auditor.call('getLog')
      return log.keys.length > 0 && log
    },
    { description: 'the log’s first head' },
  )
  await witness.setLogs(keys)
  await auditor.call('changeLogWitnesses', { body: { witnesses: [{ key: witness.key, url: witness.url }], quorum: 1 } })
  policy = await written(`log ${keys[0]}\nwitness W ${witness.key}\nquorum W\n`)
  await grow(auditor, 20)
  honest = await exportLog(auditor, await witnessedHead(auditor))
})
afterAll(async () => {
  auditor?.close()
  await central?.stop()
  await witness?.stop()
  await folder?.remove()
})

describe('an export in the attacker’s hands', () => {
  it('holds as long as nobody touches it', async () => {
    expect(honest.size).toBeGreaterThan(20)
    expect(await verify(honest)).toEqual(good)
  })

  it('shows which entry was changed, by whatever byte', async () => {
    const flipped = honest.entries.map((entry) =>
      entry.index === 7 ? { ...entry, text: entry.text.replace(/"at":1/, '"at":3') } : entry,
    )
    const other = honest.entries.map((entry) => (entry.index === 7 ? { ...entry, text: `${entry.text} ` } : entry))
    expect(await verify({ ...honest, entries: flipped })).toEqual(await verify({ ...honest, entries: other }))
    expect(await verify({ ...honest, entries: other })).toEqual(wrong('entry-changed 7'))
  })

  it('shows which entry was taken out, cut off, or moved', async () => {
    const { entries, size } = honest
    expect(await verify({ ...honest, entries: entries.toSpliced(5, 1) })).toEqual(wrong('entry-missing 5'))
    expect(await verify({ ...honest, entries: entries.slice(0, -1) })).toEqual(wrong(`entry-missing ${size - 1}`))
    const renumbered = entries.with(3, { index: 3, text: entries[4]!.text }).with(4, { index: 4, text: entries[3]!.text })
    expect(await verify({ ...honest, entries: renumbered })).toEqual(wrong('entry-changed 3', 'entry-changed 4'))
  })

  it('is not believed without the witness', async () => {
    const [text, signatures] = honest.checkpoint.split('\n\n')
    const alone = `${text}\n\n${signatures!.split('\n')[0]}\n`
    expect(await verify({ ...honest, checkpoint: alone })).toEqual(wrong('not-witnessed'))
  })
})

describe('the database in the attacker’s hands', () => {
  it('hands out a rewritten entry that the verifier names', async () => {
    const where = `organization_id = (select id from organizations where slug = 'acme') and index = 4`
    const [before] = await centralSql<{ entry: Buffer }>(superuser(), `select entry from audit_entries where ${where}`)
    const rewritten = before!.entry.toString('utf8').replace(/"at":\d/, '"at":2')
    await centralSql(superuser(), `update audit_entries set entry = $1 where ${where}`, [Buffer.from(rewritten)])
    try {
      const shown = await exportLog(auditor, { size: honest.size, note: honest.checkpoint })
      expect(await verify(shown)).toEqual(wrong('entry-changed 4'))
    } finally {
      await centralSql(superuser(), `update audit_entries set entry = $1 where ${where}`, [before!.entry])
    }
    expect(await verify(await exportLog(auditor, { size: honest.size, note: honest.checkpoint }))).toEqual(good)
  })
})

describe('a signer that is stopped, overtaken, and woken up', () => {
  it('signs no second history', async () => {
    await central.addReplica()
    const heads: string[] = [(await witnessedHead(auditor)).note]
    for (let round = 0; round < 2; round++) {
      await grow(auditor, 6)
      central.api.program.kill('SIGSTOP')
      // The other one goes on: what was committed is signed by it, however the first was cut short.
      const select = `select note, size::int from audit_checkpoints where size = (select size from audit_logs where organization_id = audit_checkpoints.organization_id)`
      const [row] = await waitFor(
        async () => {
          const rows = await centralSql<{ note: string; size: number }>(superuser(), select)
          return rows.length > 0 && rows
        },
        { description: 'the replica to sign', timeoutMs: 120_000 },
      )
      heads.push(row!.note)
      central.api.program.kill('SIGCONT')
      await grow(auditor, 2)
      heads.push((await witnessedHead(auditor)).note)
    }
    const log = await exportLog(auditor, await witnessedHead(auditor))
    const seen = await Promise.all(heads.map(async (note) => ['--seen', await written(note)]))
    expect(await verify(log, ...seen.flat())).toEqual(good)
  })
})

describe('an old backup', () => {
  const tables = ['audit_logs', 'audit_entries', 'audit_checkpoints', 'witness_heads']

  it('is not signed on: the witness remembers, and so does whoever kept a head', async () => {
    await witnessedHead(auditor)
    for (const table of tables) await centralSql(superuser(), `create table backup_${table} as select * from ${table}`)
    await grow(auditor, 5)
    const later = await witnessedHead(auditor)
    for (const replica of central.replicas.splice(0)) await replica.stop()
    await central.api.stop()
    for (const table of tables) {
      const columns = `select string_agg(quote_ident(column_name), ',') as names from information_schema.columns where table_name = '${table}' and is_generated = 'NEVER'`
      const [{ names }] = (await centralSql<{ names: string }>(superuser(), columns)) as [{ names: string }]
      await centralSql(superuser(), `delete from ${table}`)
      await centralSql(superuser(), `insert into ${table} (${names}) select ${names} from backup_${table}`)
    }
    await central.restart()
    const state = await waitFor(
      async () => {
        const log = await auditor.call('getLog')
        return log.problem !== null && log
      },
      { description: 'the log to say that it is behind', timeoutMs: 120_000 },
    )
    expect(state.problem?.code).toBe('behind-witness')
    expect(state.checkpoint!.size).toBeLessThan(later.size)
    await grow(auditor, 1)
    expect((await auditor.call('getLog')).checkpoint!.size).toBe(state.checkpoint!.size)

    const origin = createHash('sha256').update(state.origin).digest('hex')
    const remembered = await (await fetch(`${witness.url}/${origin}/checkpoint`)).text()
    const shown = await exportLog(auditor, { size: state.witnessed!.size, note: state.witnessed!.note })
    expect(await verify(shown)).toEqual(good)
    for (const head of [remembered, later.note]) {
      expect(await verify(shown, '--seen', await written(head))).toEqual(wrong(`rolled-back ${shown.size}`))
    }
  })
})
