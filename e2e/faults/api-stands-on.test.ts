/**
 * What the API stands on fails while people work: its key management service in every way that one can, the disk of its database, that
 * database itself. The tool that connects is told what it is, health and an alert tell it, nothing that was accepted is lost, and all
 * goes on by itself.
 */
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import { Testbed } from '@sallyport/testbed'
import {
  type FakeAnswer,
  startFakeAzureKeyVault,
  startFakeGoogleKms,
  startFakeTransitEngine,
  smallDisk,
  smallDiskSkipReason,
  type SmallDisk,
  startFakeAwsKms,
  waitFor,
} from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { allActivity, statementOf } from '../support/activity.ts'
import { allEntries } from '../support/audit.ts'
import { withCentralSql } from '../support/central-sql.ts'
import { verifyExport } from '../support/export-log.ts'
import { psqlPrints, psqlRefusal } from '../support/run-psql.ts'
import { sallyport } from '../support/sallyport.ts'

/** Ends with its last connection: each connection is an unlock. */
const CREDENTIAL = 'shop-db/read-write'
const DISK_MEBIBYTES = 160
const PATIENCE = 120_000
/** More than fit into whatever room a full disk leaves in pages that are there. */
const MANY = 2_000

const noDisk = smallDiskSkipReason()
let disk: SmallDisk | null = null
let fake: Awaited<ReturnType<typeof startFakeAwsKms>>
let key: ReturnType<typeof fake.createKey>
let bed: Testbed

beforeAll(async () => {
  fake = await startFakeAwsKms()
  key = fake.createKey()
  disk = noDisk === null ? await smallDisk({ mebibytes: DISK_MEBIBYTES }) : null
  bed = await Testbed.start({
    database: 'central',
    ...(disk === null ? {} : { databaseFolder: disk.path }),
    apiEnvironment: fake.environment(key),
  })
  const body = { exclusive: true }
  await bed.owner.agent.api('changeCredential', { parameters: { credential: bed.database.credentials['read-write']! }, body })
})
afterAll(async () => {
  await bed?.stop()
  await disk?.remove()
  await fake?.server.close()
})

const api: Testbed['owner']['agent']['api'] = (route, input) => bed.owner.agent.api(route, input)
const url = (): Promise<string> => bed.owner.agent.url(CREDENTIAL)
const unlocks = async (): Promise<boolean> => (await psqlPrints(await url(), 'select 40 + 2')) === '42'
const refusal = async (): Promise<string> => (await psqlRefusal(await url())).code
const parts = async () => (await api('getHealth')).parts
const allWell = { database: 'ok', vault: 'ok', kms: 'ok', log: 'ok' }
const wellAgain = () =>
  waitFor(async () => Object.values(await parts()).every((state) => state === 'ok'), {
    description: 'health to be well again',
    timeoutMs: PATIENCE,
  })

/** Of one kind, the newest first, with whether they are over. */
const alertsOf = async (kind: string) => {
  const both = (['open', 'acknowledged'] as const).map((state) => api('listAlerts', { query: { state, limit: 500 } }))
  const items = (await Promise.all(both)).flatMap((page) => page.items)
  return items.filter((alert) => alert.kind === kind).map(({ message, endedAt }) => ({ message, over: endedAt !== null }))
}

describe('a key management service', () => {
  const refusing = (type: string, message = '') => {
    const answer: FakeAnswer = { status: 400, body: { __type: type, message } }
    return { fail: () => fake.server.answerNext(Infinity, answer), mend: () => fake.server.answerNext(0, answer) }
  }
  const inState = (state: typeof key.state) => ({
    fail: () => void (key.state = state),
    mend: () => void (key.state = 'Enabled'),
  })

  const faults = {
    kms_throttled: refusing('ThrottlingException', 'Rate exceeded'),
    kms_slow: { fail: () => fake.server.hang(Infinity), mend: () => fake.server.hang(0) },
    kms_key_disabled: inState('Disabled'),
    kms_key_pending_deletion: inState('PendingDeletion'),
    kms_wrong_region: refusing('InvalidSignatureException', 'Credential should be scoped to a valid region.'),
    kms_clock_wrong: refusing(
      'InvalidSignatureException',
      'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z',
    ),
    kms_unreachable: refusing('KMSInternalException'),
    kms_denied: refusing('AccessDeniedException', 'User: … is not authorized to perform: kms:Decrypt'),
  } as const

  test('that fails in any way stops unlocks, says so in the tool, and nothing but unlocks; then all goes on', async () => {
    expect(await unlocks()).toBe(true)
    const open = new pg.Client({ connectionString: await bed.owner.agent.url('shop-db/read-only') })
    await open.connect()
    let mend = (): unknown => undefined
    for (const [code, fault] of Object.entries(faults)) {
      mend()
      fault.fail()
      mend = fault.mend
      expect(await refusal(), code).toBe(code)
    }
    // The last of them lasts until everybody has been told.
    await waitFor(async () => (await parts()).kms === 'failing', { description: 'health to tell', timeoutMs: PATIENCE })
    const told = await waitFor(async () => (await alertsOf('kms-failing'))[0], { description: 'an alert', timeoutMs: PATIENCE })
    expect(told).toEqual({ message: expect.stringMatching(/^Nothing can be unlocked: .*\(kms_[a-z_]+\)$/), over: false })
    expect((await api('getHealth')).status).toBe('degraded')
    expect((await api('listSites')).items).toHaveLength(1)
    expect((await open.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }])
    await open.end()

    // Who signs in, and an API that starts, need what the vault signs.
    await expect(bed.addPerson('grace')).rejects.toMatchObject({ code: 'kms_denied' })
    const { program } = bed.api
    await bed.api.stop()
    expect((await program.exited).code).toBe(0)
    await expect(bed.restartApi()).rejects.toThrow(/"code":"kms_denied".*is not authorized to perform/)

    mend()
    await bed.restartApi()
    await waitFor(unlocks, { description: 'an unlock', timeoutMs: PATIENCE })
    await wellAgain()
    await waitFor(async () => (await alertsOf('kms-failing')).every(({ over }) => over), {
      description: 'the alert to be over',
      timeoutMs: PATIENCE,
    })
  })
})

describe.skipIf(noDisk !== null)(`a disk of the database that is full (${noDisk ?? 'runs'})`, () => {
  const accepted: string[] = []
  let client: pg.Client
  let statements = 0
  const type = async (): Promise<void> => {
    await client.query(`select 'statement ${(statements += 1)}.'`)
  }
  const codeOf = (error: unknown): string => (error instanceof SallyportError ? error.code : String(error))

  /** The code by which it was refused; null: it was accepted. */
  const change = async (name: string): Promise<string | null> => {
    try {
      await api('createSite', { body: { name } })
      accepted.push(name)
      return null
    } catch (error) {
      return codeOf(error)
    }
  }
  const changeUntilRefused = async (prefix: string): Promise<string | null> => {
    for (let count = 0; count < MANY; count++) {
      const code = await change(`${prefix} ${count}`)
      if (code !== null) return code
    }
    return null
  }
  const unlockUntilRefused = async (): Promise<string | null> => {
    for (let count = 0; count < MANY; count++) {
      const code = await refusal().catch(() => null)
      if (code !== null) return code
    }
    return null
  }
  const goesOn = async (name: string): Promise<void> => {
    await waitFor(async () => (await change(name)) === null, { description: 'a change', timeoutMs: PATIENCE })
    await waitFor(unlocks, { description: 'an unlock', timeoutMs: PATIENCE })
    await wellAgain()
    await type()
  }

  beforeAll(async () => {
    client = new pg.Client({ connectionString: await bed.owner.agent.url('shop-db/read-only') })
    await client.connect()
    await type()
  })
  afterAll(() => client?.end())

  test('stops changes and unlocks with a code, and they go on when there is room', async () => {
    await disk!.fill()
    expect(await changeUntilRefused('full')).toBe('database_full')
    expect(await unlockUntilRefused()).toBe('database_full')
    await waitFor(async () => (await parts()).database === 'failing', { description: 'health to tell', timeoutMs: PATIENCE })
    await type()
    await disk!.free()
    await goesOn('with room')
    const told = await waitFor(async () => (await alertsOf('database-full')).find(({ over }) => over), {
      description: 'an alert that is over',
      timeoutMs: PATIENCE,
    })
    expect(told.message).toContain('(database_full)')
  })

  test('takes the database along when its log of writes has no room; the API waits for it', async () => {
    const { database, api: running } = bed.central
    await disk!.fill()
    const writes = withCentralSql(database!.url('superuser'), async (superuser) => {
      superuser.on('error', () => undefined)
      for (let segment = 0; segment < MANY; segment++) {
        await superuser.query(`select pg_logical_emit_message(true, 'room', 'taken'), pg_switch_wal()`)
      }
    })
    await expect(writes).rejects.toThrow(/terminat|No space left/)
    await database!.crash()
    await waitFor(
      async () => {
        try {
          await parts()
          return false
        } catch (error) {
          return codeOf(error) === 'database_unavailable'
        }
      },
      { description: 'health to tell', timeoutMs: PATIENCE },
    )
    expect(await change('without a database')).toBe('database_unavailable')
    await type()
    await disk!.free()
    await database!.again()
    await goesOn('with a database')
    expect(bed.central.api).toBe(running)
    expect(await parts()).toEqual(allWell)
  })

  test('loses nothing that was accepted: every change is there and in the log, every statement recorded, and the log verifies', async () => {
    const { items } = await api('listSites', { query: { limit: 500 } })
    const names = items.map(({ name }) => name).filter((name) => name !== 'here')
    expect(names.toSorted()).toEqual(accepted.toSorted())
    const entries = (await allEntries(bed.owner.agent)).filter(({ type: kind }) => kind === 'site.created')
    const inLog = entries.map(({ subject }) => items.find(({ id }) => id === subject?.id)?.name ?? 'unknown')
    expect(inLog.toSorted()).toEqual([...accepted, 'here'].toSorted())

    const wanted = Array.from({ length: statements }, (_, index) => `select 'statement ${index + 1}.'`)
    await waitFor(
      async () => {
        const typed = (await allActivity(bed.owner.agent))
          .map((row) => statementOf(row) ?? '')
          .filter((text) => text.includes('statement '))
        return typed.length === wanted.length && typed.toSorted().join() === wanted.toSorted().join()
      },
      { description: 'every statement to be recorded once', timeoutMs: PATIENCE },
    )

    const folder = join(bed.directory, 'audit')
    await waitFor(
      async () => {
        const { checkpoint, size, problem } = await api('getLog')
        return problem === null && checkpoint?.size === size
      },
      { description: 'a head over everything', timeoutMs: PATIENCE },
    )
    const exported = await sallyport(bed.owner.agent, 'admin', 'log', 'export', '--folder', folder)
    expect(exported.code, exported.stderr).toBe(0)
    const { keys } = await api('getLog')
    expect(await verifyExport(folder, '--key', keys[0]!)).toEqual({ exitCode: 0, wrong: [] })
  })
})

test('the vault moves from one key management service to the next, and leaves nothing under those before', async () => {
  const [google, azure, transit] = await Promise.all([
    startFakeGoogleKms(),
    startFakeAzureKeyVault(bed.directory),
    startFakeTransitEngine(bed.directory),
  ])
  onTestFinished(async () => {
    await bed.api.stop()
    await Promise.all([google.server.close(), azure.close(), transit.server.close()])
  })
  azure.createKey('root')
  const services = [
    { driver: 'google', environment: await google.environment(google.createKey('root'), bed.directory) },
    { driver: 'azure', environment: azure.environment('root') },
    { driver: 'transit', environment: transit.environment(transit.createKey('root')) },
  ]
  let before = fake.environment(key)
  // Of those before the previous one nothing is configured any more: what still lay under them would not open.
  for (const { driver, environment } of services) {
    await bed.api.stop()
    await bed.restartApi({ ...before, ...environment, SALLYPORT_KMS_PREVIOUS: before['SALLYPORT_KMS']! })
    await waitFor(unlocks, { description: `an unlock with ${driver}`, timeoutMs: PATIENCE })
    expect((await api('getKeys')).root).toMatchObject({ driver })
    while ((await api('rewrapKeys')).wrapped.older > 0);
    expect((await api('getKeys')).wrapped).toMatchObject({ older: 0, unopened: 0 })
    expect(await unlocks(), driver).toBe(true)
    before = environment
  }
})
