/**
 * What the log costs: how many entries a second it numbers, how long one waits for a signed head, how long a query waits until the API
 * has recorded it, and how long an auditor waits for the verdict over a million entries.
 */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exportEntryLine, exportHeadLine, exportTileLine, tilesOf } from '@sallyport/audit-log'
import { fromBase64url } from '@sallyport/protocol'
import { type Agent, Testbed } from '@sallyport/testbed'
import { runProgram, spawnProgram, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { median } from '../median.ts'
import type { Metric } from '../measurements/measurement.ts'
import { cpuSeconds } from '../processes.ts'
import type { Series } from '../results/result.ts'

export interface LogPace {
  /** Entries that wait for their numbers at once. */
  readonly entries: number
  /** How often that is measured; the median counts. */
  readonly rounds: number
  /** Single ones whose delay is taken, and queries. */
  readonly singles: number
}

const metrics = {
  'log-appends': { name: 'log-appends', title: 'Entries numbered, of many that wait', unit: '/s', better: 'higher' },
  'log-appends-cpu': {
    name: 'log-appends-cpu',
    title: 'Processor time of API and its database’s log connections for an entry',
    unit: 'µs',
    better: 'lower',
  },
  'log-integration': {
    name: 'log-integration',
    title: 'From an entry to a signed head that covers it',
    unit: 'ms',
    better: 'lower',
  },
  'log-recorded': {
    name: 'log-recorded',
    title: 'From the answer to a query to its record in the API',
    unit: 'ms',
    better: 'lower',
  },
  'log-verify': {
    name: 'log-verify',
    title: 'sallyport-verify over a million entries, by those there are',
    unit: 's',
    better: 'lower',
  },
} as const satisfies Readonly<Record<string, Metric>>

const VERIFY = fileURLToPath(new URL('../../apps/verify/src/main.ts', import.meta.url))
const FILL = fileURLToPath(new URL('../../apps/api/src/testing/fill-outbox.ts', import.meta.url))
const PAGE = 256
const PATIENCE = 120_000

const numberOf = async (client: pg.Client, text: string, values: readonly string[]): Promise<number> => {
  const { rows } = await client.query<{ value: string }>(text, [...values])
  return Number(rows[0]?.value ?? 0)
}
const sizeOf = (client: pg.Client, organization: string) =>
  numberOf(client, 'select size as value from audit_logs where organization_id = $1', [organization])
const signedOf = (client: pg.Client, organization: string) =>
  numberOf(client, 'select size as value from audit_checkpoints where organization_id = $1', [organization])

/** Milliseconds until a condition holds. */
const timeUntil = async (condition: () => Promise<boolean>, description: string): Promise<number> => {
  const began = performance.now()
  await waitFor(condition, { description, timeoutMs: PATIENCE })
  return performance.now() - began
}

/** Processes of the database that serve the log role. */
const logBackends = async (client: pg.Client): Promise<number[]> => {
  const { rows } = await client.query<{ pid: number }>(`select pid from pg_stat_activity where usename = 'sallyport_log'`)
  return rows.map(({ pid }) => pid)
}

/** How many a second, and microseconds of processor time for each. */
const measureRound = async (
  testbed: Testbed,
  client: pg.Client,
  { entries }: LogPace,
): Promise<{ readonly perSecond: number; readonly processor: number }> => {
  const { organization } = await testbed.owner.agent.local.call('trust', {})
  const before = await sizeOf(client, organization)
  const connectionString = testbed.central.database!.url('api')
  const filling = { connectionString, organization, user: testbed.owner.id, count: entries }
  const working = [testbed.central.api.program.pid, ...(await logBackends(client))]
  const filled = await spawnProgram({ command: process.execPath, args: [FILL, JSON.stringify(filling)] })
  await filled.waitForLine(/^committing$/, { timeoutMs: PATIENCE })
  const usedBefore = cpuSeconds(working)
  const [committed] = await filled.waitForLine(/^\d+$/, { timeoutMs: PATIENCE })
  await timeUntil(async () => (await sizeOf(client, organization)) >= before + entries, 'all to have numbers')
  // They are numbered from the moment at which they are committed.
  const perSecond = (entries * 1000) / (Date.now() - Number(committed))
  return { perSecond, processor: ((cpuSeconds(working) - usedBefore) * 1e6) / entries }
}

const measureAppends = async (testbed: Testbed, client: pg.Client, pace: LogPace) => {
  const rounds: Awaited<ReturnType<typeof measureRound>>[] = []
  while (rounds.length < pace.rounds) rounds.push(await measureRound(testbed, client, pace))
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    processor: median(rounds.map(({ processor }) => processor)),
  }
}

const measureIntegration = async (agent: Agent, client: pg.Client, { singles }: LogPace): Promise<number> => {
  const { organization } = await agent.local.call('trust', {})
  const delays: number[] = []
  for (let each = 0; each < singles; each++) {
    const before = await signedOf(client, organization)
    await agent.api('createSite', { body: { name: `site ${randomUUID()}` } })
    delays.push(await timeUntil(async () => (await signedOf(client, organization)) > before, 'a signed head'))
  }
  return median(delays)
}

const measureRecorded = async (client: pg.Client, url: string, { singles }: LogPace): Promise<number> => {
  const recorded = () => numberOf(client, `select count(*) as value from activity where kind = 'query'`, [])
  const tool = new pg.Client({ connectionString: url })
  await tool.connect()
  try {
    const delays: number[] = []
    for (let count = 0; count < singles; count++) {
      const before = await recorded()
      await tool.query('select 1')
      delays.push(await timeUntil(async () => (await recorded()) > before, 'the record'))
    }
    return median(delays)
  } finally {
    await tool.end()
  }
}

const exportTo = async (path: string, agent: Agent): Promise<{ readonly key: string; readonly size: number }> => {
  const { checkpoint, keys } = await agent.api('getLog')
  const { note, size } = checkpoint!
  const lines = [exportHeadLine({ checkpoint: note, keys: [], complete: true })]
  for (const { level, index, width } of tilesOf(size)) {
    const { hashes } = await agent.api('getLogTile', { parameters: { level, tile: index }, query: { width } })
    lines.push(exportTileLine({ level, index, width, hashes: fromBase64url(hashes) }))
  }
  for (let start = 0; start < size;) {
    const { entries } = await agent.api('readLogEntries', { query: { start, limit: Math.min(PAGE, size - start) } })
    for (const [place, text] of entries.entries()) lines.push(exportEntryLine(start + place, text))
    start += entries.length
  }
  await writeFile(path, lines.join(''))
  return { key: keys[0]!, size }
}

/** Milliseconds that it runs. */
const runVerifier = async (args: readonly string[]): Promise<number> => {
  const began = performance.now()
  const { code, stdout } = await runProgram({ command: process.execPath, args: [VERIFY, ...args], timeoutMs: PATIENCE })
  if (code !== 0) throw new Error(`the verifier does not agree:\n${stdout}`)
  return performance.now() - began
}

/** Its start is the same for any log, and is left out. */
const measureVerify = async (path: string, agent: Agent): Promise<number> => {
  const { key, size } = await exportTo(path, agent)
  const start = await runVerifier(['--help'])
  const whole = await runVerifier([path, '--key', key])
  return (Math.max(0, whole - start) / size) * 1000
}

export const measureLog = async (pace: LogPace): Promise<Series[]> => {
  const testbed = await Testbed.start({ database: 'central' })
  const client = new pg.Client({ connectionString: testbed.central.database!.url('superuser') })
  try {
    await client.connect()
    const { agent } = testbed.owner
    const appends = await measureAppends(testbed, client, pace)
    const figures: Readonly<Record<keyof typeof metrics, number>> = {
      'log-appends': appends.perSecond,
      'log-appends-cpu': appends.processor,
      'log-integration': await measureIntegration(agent, client, pace),
      'log-recorded': await measureRecorded(client, await agent.url('shop-db/read-only'), pace),
      'log-verify': await measureVerify(join(testbed.directory, 'log.jsonl'), agent),
    }
    return (Object.keys(metrics) as (keyof typeof metrics)[]).map((name) => ({
      metric: metrics[name],
      values: new Map([['log', [figures[name]]]]),
    }))
  } finally {
    await client.end()
    await testbed.stop()
  }
}
