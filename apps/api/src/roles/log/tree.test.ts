/** The tree over a log: what is signed, what is proven, and when nothing is signed. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cosign,
  equalHashes,
  formatNoteKey,
  formatSignatureLines,
  leafHash,
  noteKey,
  openCheckpoint,
  parseEntryProof,
  parseNote,
  parseNoteKey,
  rawPublicKey,
  TreeEdge,
  verifyConsistency,
  verifyInclusion,
} from '@sallyport/audit-log'
import type { AuditActor } from '@sallyport/protocol/api'
import { waitFor } from '@sallyport/testkit'
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { changeLogWitnesses } from '../../domains/log-witnesses/index.ts'
import { loadRootKey } from '../../keys/root-key.ts'
import { makeOrganization } from '../../testing/make-organization.ts'
import { openedOutbox } from '../../testing/outbox.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { type Published, publishHead, readPublished } from './checkpoint.ts'
import { openingSigners } from './checkpoint-keys.ts'
import { type Checkpointer, startCheckpointer } from './checkpointer.ts'
import { numberOutbox } from './outbox.ts'
import type { OutboxKey } from './outbox-key.ts'
import { type PersonalData, personalDataUnder } from './personal-data.ts'
import { provingEntries, readingEntries, readingTiles } from './read.ts'
import { readLogState } from './state.ts'
import type { StoppedLogOptions } from './testing/stopped-while-signing.ts'
import { treeOf } from './tiles.ts'
import type { AskWitness, WitnessAnswer } from './witness-client.ts'

const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }
let database: TestDatabase
let folder: string
let organization: string
let personal: PersonalData
let outboxKey: OutboxKey
const keyFile = (name = 'log.key'): string => join(folder, name)
const pool = () => database.pools.log

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'sallyport-tree-'))
  personal = personalDataUnder(await loadRootKey({ kind: 'file', path: keyFile() }))
  outboxKey = (await openedOutbox(database, { kind: 'file', path: keyFile() })).key
})
afterAll(async () => {
  await database.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  organization = (await makeOrganization(database.pools.api)).id
})

const grow = async (count: number): Promise<void> => {
  await withOrganization(database.pools.api, organization, async (transaction) => {
    for (let each = 0; each < count; each++)
      await recordAudit(transaction, {
        type: 'site.created',
        actor,
        subject: null,
        details: { before: null, after: { name: `${each}` } },
      })
  })
  await numberOutbox({ pool: pool(), personal, outboxKey }, organization)
}
const opening = async (name?: string) => openingSigners(await loadRootKey({ kind: 'file', path: keyFile(name) }))
const publish = async () =>
  publishHead({ pool: pool(), clock: Date.now, open: await opening() }, { organization, remembered: null })
const published = () => withOrganization(pool(), organization, readPublished)
const state = () => readLogState({ pool: pool() }, organization)

const silent: AskWitness = () => Promise.reject(new Error('no route'))
/** Runs a checkpointer that asks witnesses in this way. */
const checkpointing = async (
  work: (checkpointer: Checkpointer) => Promise<void>,
  { ask = silent, key }: { ask?: AskWitness; key?: string } = {},
) => {
  const checkpointer = startCheckpointer({ pool: pool(), clock: Date.now, logger: quietLogger(), ask, open: await opening(key) })
  try {
    checkpointer.grown(organization)
    await work(checkpointer)
  } finally {
    await checkpointer.close()
  }
}
const problem = () => waitFor(async () => (await state()).problem, { description: 'a problem of the log' })

describe('a signed head', () => {
  it('covers what is committed, in tiles, and proves each entry', async () => {
    await grow(600)
    const head = await publish()
    const { keys, checkpoint, size } = await state()
    expect({ size, signed: checkpoint?.size }).toEqual({ size: 600, signed: 600 })
    const opened = openCheckpoint(checkpoint!.note, keys.map(parseNoteKey))
    expect(head).toMatchObject({ size: 600 })
    const edge = TreeEdge.empty()
    const leaves: Uint8Array[] = []
    for (let start = 0; start < 600;) {
      const { entries } = await readingEntries({ pool: pool() })({ organization, start, limit: 250 })
      for (const entry of entries) {
        leaves.push(leafHash(Buffer.from(entry)))
        edge.append(leaves.at(-1)!)
      }
      start += entries.length
    }
    expect(equalHashes(edge.root(), opened.root)).toBe(true)
    for (const [index, width] of [
      [0, 256],
      [1, 256],
      [2, 88],
    ] as const) {
      const { hashes } = await readingTiles({ pool: pool() })({ organization, level: 0, index, width })
      expect(Buffer.concat(leaves.slice(index * 256, index * 256 + width)).equals(hashes!)).toBe(true)
    }
    const { entries } = await readingEntries({ pool: pool() })({ organization, start: 300, limit: 1 })
    const { id } = JSON.parse(entries[0]!) as { id: string }
    const { found } = await provingEntries({ pool: pool() })({ organization, entry: id })
    const proof = parseEntryProof(found!.proof!)
    expect(
      verifyInclusion({
        index: 300,
        size: 600,
        leaf: leafHash(Buffer.from(found!.entry)),
        root: opened.root,
        proof: proof.proof,
      }),
    ).toBe(true)
  })

  it('is signed soon after an entry, and not twice for the same', async () => {
    await grow(3)
    await checkpointing(async (checkpointer) => {
      await waitFor(async () => (await published())?.size === 3, { description: 'the first head' })
      const first = await published()
      checkpointer.grown(organization)
      await grow(2)
      checkpointer.grown(organization)
      await waitFor(async () => (await published())?.size === 5, { description: 'the second head' })
      expect((await published())!.note).not.toBe(first!.note)
    })
    const before = await published()
    expect(await publish()).toEqual(before)
  })

  it('is not signed when what was published is no part of the log any more', async () => {
    await grow(10)
    await publish()
    await withOrganization(pool(), organization, (transaction) =>
      sql`update audit_checkpoints set root = ${Buffer.alloc(32, 7)}`.execute(transaction),
    )
    await grow(1)
    await checkpointing(async () => {
      expect(await problem()).toMatchObject({ code: 'history-changed' })
      expect((await published())?.size).toBe(10)
    })
  })

  it('is not signed under another root key: that is said, and entries are numbered all the same', async () => {
    await grow(2)
    await publish()
    await grow(1)
    await checkpointing(
      async () => {
        expect(await problem()).toMatchObject({ code: 'key-lost' })
        await grow(1)
        expect(await state()).toMatchObject({ size: 4, checkpoint: { size: 2 } })
      },
      { key: 'another.key' },
    )
    await checkpointing(async () => {
      await waitFor(async () => (await state()).problem === null, { description: 'the problem to end' })
      expect((await state()).checkpoint?.size).toBe(4)
    })
  })
})

describe('a database whose disk is full', () => {
  const tables = ['audit_entries', 'audit_tiles', 'audit_checkpoints']
  const withOwner = async (work: (owner: pg.Client) => Promise<void>): Promise<void> => {
    const owner = new pg.Client({ connectionString: database.login('owner').connectionString })
    await owner.connect()
    try {
      await work(owner)
    } finally {
      await owner.end()
    }
  }
  /** Refuses as a server does that cannot make a file longer, and counts how often. */
  const fill = (table: string) =>
    withOwner(async (owner) => {
      await owner.query('create sequence if not exists refusals')
      await owner.query('grant usage on sequence refusals to sallyport_log')
      await owner.query(`create or replace function refuse() returns trigger language plpgsql as $$
        begin perform nextval('refusals'); raise exception 'could not extend file' using errcode = 'disk_full'; end $$`)
      await owner.query(`create trigger no_room before insert or update on ${table} for each row execute function refuse()`)
    })
  const empty = () =>
    withOwner(async (owner) => {
      for (const table of tables) await owner.query(`drop trigger if exists no_room on ${table}`)
    })
  const refusals = async (): Promise<number> => {
    const { rows } = await sql<{ count: string }>`select coalesce(pg_sequence_last_value('refusals'), 0) as count`.execute(pool())
    return Number(rows[0]!.count)
  }
  afterEach(empty)

  it.each(['audit_tiles', 'audit_checkpoints'])(
    'while %s grows leaves the last head, and signs the next when there is room',
    async (table) => {
      await grow(300)
      await publish()
      const before = await published()
      await fill(table)
      await grow(300)
      const seen = await refusals()
      await checkpointing(async (checkpointer) => {
        await waitFor(async () => (await refusals()) > seen, { description: 'an attempt', timeoutMs: 30_000 })
        expect(await published()).toEqual(before)
        expect((await state()).size).toBe(600)
        await empty()
        const isSigned = async () => {
          checkpointer.grown(organization)
          return (await published())?.size === 600
        }
        await waitFor(isSigned, { description: 'the next head', timeoutMs: 30_000 })
      })
      expect(await state()).toMatchObject({ problem: null, size: 600, checkpoint: { size: 600 } })
    },
  )

  it('while entries are numbered loses none of them and gives no number twice', async () => {
    await grow(2)
    await fill('audit_entries')
    await expect(grow(3)).rejects.toMatchObject({ code: 'log_unavailable' })
    expect((await state()).size).toBe(2)
    await empty()
    await grow(1)
    expect((await state()).size).toBe(6)
    expect(await publish()).toMatchObject({ size: 6 })
  })
})

describe('full tiles', () => {
  it('are changed by nobody, not even by who owns the table', async () => {
    await grow(256)
    await publish()
    const change = (role: 'log' | 'api') =>
      withOrganization(database.pools[role], organization, (transaction) =>
        sql`update audit_tiles set root = hashes`.execute(transaction),
      )
    await expect(change('log')).rejects.toMatchObject({ code: '42501' })
    await expect(change('api')).rejects.toMatchObject({ code: '42501' })
    const owner = new pg.Client({ connectionString: database.login('owner').connectionString })
    await owner.connect()
    for (const statement of ['update audit_tiles set root = root', 'delete from audit_tiles', 'truncate audit_tiles']) {
      await expect(owner.query(statement), statement).rejects.toMatchObject({ code: '23001' })
    }
    await owner.end()
  })
})

describe('a process that is stopped while it signs, and woken up after another took over', () => {
  it('publishes nothing: every head that anybody saw is on one history', async () => {
    await grow(5)
    const seen = [(await publish()) as Published]
    await grow(2)
    const options: StoppedLogOptions = { login: database.login('log'), key: keyFile(), organization }
    const child = fork(join(import.meta.dirname, 'testing', 'stopped-while-signing.ts'), {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        STOPPED_LOG: JSON.stringify(options),
      },
      execArgv: [],
    })
    const isStopped = async () => / T /.test(await readFile(`/proc/${child.pid}/stat`, 'utf8'))
    await waitFor(isStopped, { description: 'the process to be stopped', timeoutMs: 100_000 })
    expect(await publish()).toBe('busy')
    await grow(3)
    const next = await waitFor(
      async () => {
        const head = await publish()
        return head !== 'busy' && head
      },
      { description: 'another to take over', timeoutMs: 100_000 },
    )
    seen.push(next)
    const answer = Promise.race([once(child, 'message'), once(child, 'exit')])
    child.kill('SIGCONT')
    expect((await answer)[0]).toBe('refused')
    await grow(1)
    seen.push((await publish()) as Published)
    expect(seen.map(({ size }) => size)).toEqual([5, 10, 11])
    const { keys } = await state()
    expect(keys).toHaveLength(1)
    for (const [place, older] of seen.entries()) {
      const proof = await withOrganization(pool(), organization, (transaction) =>
        treeOf(transaction, 11).consistency(older.size, 11),
      )
      expect(verifyConsistency({ from: older, to: seen.at(-1)!, proof })).toBe(true)
      expect(openCheckpoint(seen[place]!.note, keys.map(parseNoteKey)).size).toBe(older.size)
    }
  })
})

describe('witnesses', () => {
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const privateKey = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' })
  const key = noteKey('witness.example/w', 'cosignature', rawPublicKey(pair.publicKey))
  const cosigning: AskWitness = async (_url, { checkpoint }) => {
    const line = await cosign(parseNote(checkpoint), {
      key,
      time: 1_790_000_000,
      sign: (message) => sign(null, message, privateKey),
    })
    return { kind: 'cosigned', lines: formatSignatureLines([line]) }
  }
  const configure = () =>
    withOrganization(database.pools.api, organization, (transaction) =>
      changeLogWitnesses(
        transaction,
        { organization, actor, now: Date.now() },
        { witnesses: [{ key: formatNoteKey(key), url: 'https://witness.example' }], quorum: 1 },
      ),
    )

  it('cosign the newest head', async () => {
    await configure()
    await grow(4)
    await checkpointing(
      async () => {
        const { witnessed, size } = await waitFor(async () => ((await state()).witnessed === null ? null : state()), {
          description: 'a cosignature',
        })
        expect(witnessed?.size).toBe(size)
        expect(parseNote(witnessed!.note).signatures.map(({ name }) => name)).toContain(key.name)
      },
      { ask: cosigning },
    )
  })

  const stops: readonly (readonly [string, WitnessAnswer | null, string])[] = [
    ['has seen a longer log', { kind: 'has-other-size', size: 99 }, 'behind-witness'],
    ['has seen another history', { kind: 'inconsistent' }, 'beside-witness'],
    ['does not answer', null, 'witnesses-silent'],
  ]
  it.each(stops)('one that %s stops the signing before it begins', async (_name, answer, code) => {
    await grow(4)
    await publish()
    await configure()
    await grow(1)
    await checkpointing(
      async () => {
        expect(await problem()).toMatchObject({ code })
        expect((await published())?.size).toBe(4)
      },
      { ask: answer === null ? silent : () => Promise.resolve(answer) },
    )
  })
})
