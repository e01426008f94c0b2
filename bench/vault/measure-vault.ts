/**
 * What a lease costs, by where the vault's root key is: a connection with a new lease and with one at hand, and how many unlocks a
 * second are made. Everything is in it, from the tool's connect to its first row: both signatures, policy, the log's receipt, the
 * key management service, sealing, and the database's own sign-in. A credential for one person at a time has a new lease for each
 * connection, because it ends with its last one.
 */
import { makeTemporaryDirectory } from '@sallyport/testkit'
import { addRole, passwordSecret, storeSecret, Testbed } from '@sallyport/testbed'
import pg from 'pg'
import type { Metric } from '../measurements/measurement.ts'
import { cpuSeconds } from '../processes.ts'
import { percentile } from '../percentile.ts'
import { type Series, type VaultSubject, vaultSubjects } from '../results/result.ts'
import { turned } from '../rounds.ts'
import { type KeyService, keyServices } from './key-services.ts'

export interface VaultPace {
  readonly rounds: number
  /** Connections that are timed in each round, one after the other, of each kind. */
  readonly connections: number
  /** How long as many as can are opened beside each other in each round, milliseconds. */
  readonly milliseconds: number
}

/** Connections beside each other, each under a lease of its own. */
const BESIDE = 8

const lower = (name: string, title: string): Metric => ({ name, title, unit: 'ms', better: 'lower' })
const metrics = {
  'lease-cold-p50': lower('lease-cold-p50', 'First row under a new lease, median'),
  'lease-cold-p99': lower('lease-cold-p99', 'First row under a new lease, 99th percentile'),
  'lease-warm-p50': lower('lease-warm-p50', 'First row with a lease at hand, median'),
  'lease-warm-p99': lower('lease-warm-p99', 'First row with a lease at hand, 99th percentile'),
  'unlocks': { name: 'unlocks', title: `Connections with new leases, ${BESIDE} beside each other`, unit: '/s', better: 'higher' },
  'unlock-cpu': lower('unlock-cpu', 'Processor time of the API and its database for one of these'),
  'unlock-calls': { name: 'unlock-calls', title: 'Requests to the key service for an unlock', unit: 'requests', better: 'lower' },
} as const satisfies Readonly<Record<string, Metric>>

const connectOnce = async (connectionString: string): Promise<number> => {
  const started = performance.now()
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('SELECT 1')
  const took = performance.now() - started
  await client.end()
  return took
}

const connectTimes = async (url: string, times: number): Promise<number[]> => {
  const taken: number[] = []
  for (let count = 0; count < times; count += 1) taken.push(await connectOnce(url))
  return taken
}

/** Addresses of that many credentials for one person at a time. */
const exclusiveUrls = async (testbed: Testbed, count: number): Promise<string[]> => {
  const { agent, id: owner } = testbed.owner
  const resource = await agent.api('getResource', { parameters: { resource: testbed.database.resource } })
  const { name: userName, password } = testbed.shop.users.readonly
  const names = Array.from({ length: count }, (_, index) => `exclusive-${index}`)
  const credentials: string[] = []
  for (const name of names) {
    const secret = await storeSecret(agent, resource, passwordSecret(password))
    const body = { resource: resource.id, name, userName, secret, databases: ['shop'], exclusive: true }
    credentials.push((await agent.api('createCredential', { body })).id)
  }
  await addRole(agent, { users: [owner], credentials })
  return Promise.all(names.map((name) => agent.url(`shop-db/${name}`)))
}

/** A whole Sallyport whose root key is in one of the services. */
interface World {
  readonly subject: VaultSubject
  readonly service: KeyService
  /** Addresses of credentials for one person at a time, and of one that has a lease at hand. */
  readonly exclusive: readonly string[]
  readonly shared: string
  /** Of the API; its database is a child of it. */
  readonly pid: number
  readonly stop: () => Promise<void>
}

/** A text: why there is none. */
const startWorld = async (subject: VaultSubject): Promise<World | string> => {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const folder = await makeTemporaryDirectory()
    stops.push(() => folder.remove())
    const service = await keyServices[subject](folder.path)
    if (typeof service === 'string') {
      await stop()
      return service
    }
    stops.push(service.close)
    const testbed = await Testbed.start({ apiEnvironment: service.environment })
    stops.push(() => testbed.stop())
    const exclusive = await exclusiveUrls(testbed, BESIDE)
    const shared = await testbed.owner.agent.url('shop-db/read-only')
    for (const url of [...exclusive, shared]) await connectOnce(url)
    return { subject, service, exclusive, shared, pid: testbed.api.program.pid, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts them two at a time: what starts uses about one processor. Every one that started is handed over, whatever becomes of others. */
const startWorlds = async (onStarted: (world: World) => void, onSkipped: (reason: string) => void): Promise<void> => {
  for (let first = 0; first < vaultSubjects.length; first += 2) {
    const pair = vaultSubjects.slice(first, first + 2)
    const started = await Promise.allSettled(pair.map(startWorld))
    for (const [index, world] of started.entries()) {
      if (world.status === 'rejected') continue
      if (typeof world.value === 'string') onSkipped(`${pair[index]}: ${world.value}`)
      else onStarted(world.value)
    }
    const failed = started.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}

/** How many connections with new leases are made a second, and the processor time of the API for each, milliseconds. */
const unlockBeside = async (
  { exclusive, pid }: World,
  milliseconds: number,
): Promise<{ readonly perSecond: number; readonly processor: number }> => {
  const [started, usedBefore] = [performance.now(), cpuSeconds([pid])]
  let made = 0
  const openUntilEnd = async (url: string): Promise<void> => {
    while (performance.now() - started < milliseconds) {
      await connectOnce(url)
      made += 1
    }
  }
  await Promise.all(exclusive.map(openUntilEnd))
  const processor = ((cpuSeconds([pid]) - usedBefore) * 1000) / made
  return { perSecond: (made * 1000) / (performance.now() - started), processor }
}

/** What one world did in all rounds. */
class Findings {
  readonly #cold: number[] = []
  readonly #warm: number[] = []
  readonly #unlocks: number[] = []
  readonly #processor: number[] = []
  readonly #calls: number[] = []

  async addRound(world: World, { connections, milliseconds }: VaultPace): Promise<void> {
    const { service, exclusive, shared } = world
    const before = service.calls?.()
    this.#cold.push(...(await connectTimes(exclusive[0]!, connections)))
    if (before !== undefined) this.#calls.push((service.calls!() - before) / connections)
    this.#warm.push(...(await connectTimes(shared, connections)))
    const { perSecond, processor } = await unlockBeside(world, milliseconds)
    this.#unlocks.push(perSecond)
    this.#processor.push(processor)
  }

  /** Percentiles are of all rounds' connections. */
  values(): Readonly<Record<keyof typeof metrics, readonly number[]>> {
    const [cold, warm] = [this.#cold, this.#warm]
    return {
      'lease-cold-p50': [percentile(cold, 50)],
      'lease-cold-p99': [percentile(cold, 99)],
      'lease-warm-p50': [percentile(warm, 50)],
      'lease-warm-p99': [percentile(warm, 99)],
      'unlocks': this.#unlocks,
      'unlock-cpu': this.#processor,
      'unlock-calls': this.#calls,
    }
  }
}

/** All are up at once and take turns. `onSkipped`: why one is left out. */
export const measureVault = async (pace: VaultPace, onSkipped: (reason: string) => void): Promise<Series[]> => {
  const found = new Map<World, Findings>()
  try {
    await startWorlds((world) => found.set(world, new Findings()), onSkipped)
    for (let round = 0; round < pace.rounds; round += 1) {
      for (const [world, findings] of turned([...found], round)) await findings.addRound(world, pace)
    }
    return (Object.keys(metrics) as (keyof typeof metrics)[]).map((name) => ({
      metric: metrics[name],
      values: new Map([...found].map(([{ subject }, findings]) => [subject, findings.values()[name]])),
    }))
  } finally {
    for (const world of found.keys()) await world.stop()
  }
}
