/**
 * What recording costs a tool: pgbench with bind values, in turns over resources that differ in how they are recorded, and directly.
 * Nothing switches recording off, so that the least of it, with the API and without bind values, is what the others are held against.
 */
import type { RecordingPolicy } from '@sallyport/protocol'
import { addDatabase, addRole, postgresEndpoint, Testbed } from '@sallyport/testbed'
import { runProgram, skipReason } from '@sallyport/testkit'
import { startBenchDatabase } from '../bench-database.ts'
import type { Metric } from '../measurements/measurement.ts'
import { pgbench, secondsOf } from '../measurements/queries.ts'
import type { DatabaseAccess } from '../paths/path.ts'
import { listeningSomewhere } from '../paths/sallyport.ts'
import { canCount, cpuSeconds } from '../processes.ts'
import type { RecordedSubject, Series, Subject } from '../results/result.ts'
import { turned } from '../rounds.ts'

export interface RecordingPace {
  readonly rounds: number
  /** Of one run of pgbench. */
  readonly milliseconds: number
}

const CLIENTS = 8

const metrics: readonly Metric[] = [
  { name: 'recording', title: `Queries per second, prepared, ${CLIENTS} clients`, unit: '/s', better: 'higher' },
  { name: 'recording-cpu', title: 'Processor time of gateway and API for a query', unit: 'µs', better: 'lower' },
]

export const recordingMissing = (): string | null => skipReason({ programs: ['psql', 'pgbench', 'age-keygen'] })

const makeRecipient = async (): Promise<string> => {
  const { stdout } = await runProgram({ command: 'age-keygen', args: [] })
  return /^# public key: (age1\w+)$/m.exec(stdout)![1]!
}

const policiesFor = (recipient: string): Readonly<Record<RecordedSubject, RecordingPolicy>> => ({
  'kept-without-binds': { keep: 'api', binds: 'drop', recipients: [] },
  'kept-hashed-binds': { keep: 'api', binds: 'hash', recipients: [] },
  'kept-api': { keep: 'api', binds: 'keep', recipients: [] },
  'kept-api-sealed': { keep: 'api', binds: 'keep', recipients: [recipient] },
  'kept-gateway': { keep: 'gateway', binds: 'keep', recipients: [recipient] },
  'kept-both': { keep: 'both', binds: 'keep', recipients: [recipient] },
})

/** A resource of its own on the same database, recorded as the policy says. */
const addRecorded = async (
  testbed: Testbed,
  { name, access, recording }: { readonly name: string; readonly access: DatabaseAccess; readonly recording: RecordingPolicy },
): Promise<DatabaseAccess> => {
  const { agent, id } = testbed.owner
  const database = await addDatabase(agent, {
    site: testbed.site,
    name,
    endpoint: postgresEndpoint({ port: access.port, caPem: testbed.shop.caPem }, { host: access.host, plaintextAllowed: true }),
    database: access.database,
    credentials: { bench: { userName: access.user, password: access.password } },
  })
  const options = { labelConnections: true, strictRecording: false, recording }
  await agent.api('changeResource', { parameters: { resource: database.resource }, body: { options } })
  await addRole(agent, { users: [id], credentials: Object.values(database.credentials) })
  const { host, port } = await listeningSomewhere(agent, `${name}/bench`)
  return { ...access, host, port, user: 'anyone', password: 'anything', sslmode: 'disable', caPem: null }
}

export const measureRecording = async ({ rounds, milliseconds }: RecordingPace): Promise<Series[]> => {
  const target = await startBenchDatabase({ tls: false })
  const testbed = await Testbed.start().catch(async (error: unknown) => {
    await target.stop()
    throw error
  })
  try {
    const ways: [Subject, DatabaseAccess][] = [['direct', target.access]]
    for (const [name, recording] of Object.entries(policiesFor(await makeRecipient()))) {
      ways.push([name as RecordedSubject, await addRecorded(testbed, { name, access: target.access, recording })])
    }
    const ours = [testbed.gateways[0]!.program.pid, testbed.central.api.program.pid]
    const run = (access: DatabaseAccess, length: readonly string[]) =>
      pgbench(access, ['-M', 'prepared', '-c', `${CLIENTS}`, '-j', '2', ...length])
    const rates = new Map<Subject, number[]>(ways.map(([name]) => [name, []]))
    const costs = new Map<Subject, number[]>()
    // The first connection of each has a new lease.
    for (const [, access] of ways) await run(access, ['-t', '10'])
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, access] of turned(ways, round)) {
        const before = canCount ? cpuSeconds(ours) : 0
        const { perSecond, transactions } = await run(access, ['-T', secondsOf(milliseconds, CLIENTS)])
        rates.get(name)!.push(perSecond)
        if (!canCount || name === 'direct') continue
        const used = cpuSeconds(ours) - before
        costs.set(name, [...(costs.get(name) ?? []), (used * 1e6) / transactions])
      }
    }
    return [
      { metric: metrics[0]!, values: rates },
      { metric: metrics[1]!, values: costs },
    ]
  } finally {
    await testbed.stop()
    await target.stop()
  }
}
