/**
 * What a lease costs, by where the vault's root key is: a connection with a new lease and with one at hand, and how many unlocks a
 * second are made. Everything is in it, from the tool's connect to its first row: both signatures, policy, the log's receipt, the
 * key management service, sealing, and the database's own sign-in. A credential for one person at a time has a new lease for each
 * connection, because it ends with its last one.
 */
import { makeSoftHsm, makeTemporaryDirectory, softHsmEnvironment, softHsmSkipReason } from '@sallyport/testkit'
import { addRole, passwordSecret, storeSecret, Testbed } from '@sallyport/testbed'
import pg from 'pg'
import type { Metric } from '../measurements/measurement.ts'
import { percentile } from '../percentile.ts'
import type { Series, Subject } from '../results/result.ts'

export interface VaultPace {
  /** Connections that are timed, one after the other, of each kind. */
  readonly connections: number
  /** How long as many as can are opened beside each other, milliseconds. */
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
} as const satisfies Readonly<Record<string, Metric>>
type Figures = Readonly<Record<keyof typeof metrics, number>>

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

const measureOne = async (environment: Readonly<Record<string, string>>, pace: VaultPace): Promise<Figures> => {
  const testbed = await Testbed.start({ apiEnvironment: environment })
  try {
    const urls = await exclusiveUrls(testbed, BESIDE)
    const shared = await testbed.owner.agent.url('shop-db/read-only')
    for (const url of [...urls, shared]) await connectOnce(url)
    const cold = await connectTimes(urls[0]!, pace.connections)
    const warm = await connectTimes(shared, pace.connections)
    const started = performance.now()
    let made = 0
    const openUntilEnd = async (url: string): Promise<void> => {
      while (performance.now() - started < pace.milliseconds) {
        await connectOnce(url)
        made += 1
      }
    }
    await Promise.all(urls.map(openUntilEnd))
    return {
      'lease-cold-p50': percentile(cold, 50),
      'lease-cold-p99': percentile(cold, 99),
      'lease-warm-p50': percentile(warm, 50),
      'lease-warm-p99': percentile(warm, 99),
      'unlocks': (made * 1000) / (performance.now() - started),
    }
  } finally {
    await testbed.stop()
  }
}

/** `onSkipped`: why a driver is left out. */
export const measureVault = async (pace: VaultPace, onSkipped: (reason: string) => void): Promise<Series[]> => {
  const found = new Map<Subject, Figures>([['vault-local', await measureOne({}, pace)]])
  const missing = softHsmSkipReason()
  if (missing === null) {
    const folder = await makeTemporaryDirectory()
    try {
      const token = await makeSoftHsm(folder.path)
      await token.createKey('root')
      found.set('vault-pkcs11', await measureOne(softHsmEnvironment(token, 'root'), pace))
    } finally {
      await folder.remove()
    }
  } else onSkipped(`vault-pkcs11: ${missing}`)
  return (Object.keys(metrics) as (keyof Figures)[]).map((name) => ({
    metric: metrics[name],
    values: new Map([...found].map(([subject, figures]) => [subject, [figures[name]]])),
  }))
}
