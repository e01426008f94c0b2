/**
 * L4. If activity cannot be recorded, access stops, and nothing that was accepted is lost or recorded twice.
 *
 * Whoever wants something unrecorded pulls plugs: kills the gateway in the middle of traffic, keeps the API away, kills it after
 * it committed a batch and before the gateway hears of it, fills the gateway's spool, fills its disk. Tools count the statements that they
 * saw completed; afterwards each of those must be in the log exactly once, and the gateway's numbers must have no gap. Where
 * nothing can be recorded, no statement completes.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Gateway, Testbed } from '@sallyport/testbed'
import { freePort, skipReason, type SlowPipe, slowPipe, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { completes, expectRecorded, marksOf, newest } from '../support/recorded.ts'
import { psqlPrints, psqlRefusal } from '../support/run-psql.ts'
import { asSuperuser } from '../support/superuser.ts'
import { startTraffic, type Traffic, type TrafficOptions } from '../support/traffic.ts'

const SPOOL_MEBIBYTES = 64
const DISK_MEBIBYTES = 12
const MEBIBYTE = 1024 * 1024
/** Characters of a statement when a spool is to be filled. */
const BULKY = 250_000
const MOST_TOOLS = 4
/** Milliseconds between the statements of a tool that goes on while programs start again. */
const PAUSE = 20
const CREDENTIAL = 'shop-db/read-only'

let bed: Testbed
/** Between gateway and API. */
let link: SlowPipe
let gateway: Gateway

beforeAll(async () => {
  const target = { host: '127.0.0.1', port: await freePort() }
  link = await slowPipe({ target })
  bed = await Testbed.start({
    gatewayArguments: ['--spool-limit-mebibytes', String(SPOOL_MEBIBYTES)],
    apiEnvironment: {
      SALLYPORT_GATEWAY_LISTEN: `127.0.0.1:${target.port}`,
      SALLYPORT_GATEWAY_ORIGIN: `https://127.0.0.1:${link.port}`,
    },
  })
  gateway = bed.gateways[0]!
})
afterAll(async () => {
  link?.heal()
  await bed?.stop()
  await link?.close()
})

const url = (): Promise<string> => bed.owner.agent.url(CREDENTIAL)
/** Once the gateway lets people in: it finds the API again a moment after the API is back. */
const traffic = async (options: TrafficOptions): Promise<Traffic> => {
  const isLetIn = async (): Promise<boolean> => (await psqlPrints(await url(), 'select 1')) === '1'
  await waitFor(isLetIn, { description: 'the gateway to let people in', timeoutMs: 120_000 })
  return startTraffic(await url(), options)
}

/** All of it in one stream, without a gap. */
const isRecorded = async (one: Traffic, underWay: number): Promise<void> => {
  const rows = await expectRecorded(bed.owner.agent, one, underWay)
  const numbers = rows.map(({ id }) => Number(id.slice(id.lastIndexOf('-') + 1))).toSorted((left, right) => left - right)
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
  expect(new Set(rows.map(({ id }) => id.slice(0, id.lastIndexOf('-')))).size).toBe(1)
}

test('a gateway killed in the middle of traffic loses nothing that a tool saw completed', async () => {
  const one = await traffic({ tools: MOST_TOOLS })
  await completes(one, 200)
  gateway.program.kill('SIGKILL')
  await gateway.program.exited
  expect(await one.ended).toHaveLength(MOST_TOOLS)
  gateway = await bed.restartGateway(gateway)
  await isRecorded(one, MOST_TOOLS)
})

test('with the API away what is leased goes on, nothing new is unlocked, and all of it is shipped later', async () => {
  const one = await traffic({ tools: 2, pause: PAUSE })
  await completes(one, 20)
  bed.api.program.kill('SIGKILL')
  await bed.api.program.exited
  const before = one.completed.length
  await completes(one, before + 100)
  const refused = await psqlRefusal(await bed.owner.agent.url('shop-db/owner'))
  expect(refused.code).toMatch(/^(api_unreachable|gateway_isolated)$/)
  await bed.restartApi()
  expect(await one.finish()).toEqual([])
  await isRecorded(one, 0)
})

test('an API killed between its commit and the acknowledgement, again and again, records nothing twice', async () => {
  const one = await traffic({ tools: 2, pause: PAUSE })
  for (const delayMs of [600, 300]) {
    const before = one.completed.length
    await completes(one, before + 5)
    link.set({ delayMs })
    // Of what is typed now the acknowledgement is still on its way when the log has it.
    const known = one.completed.length
    await completes(one, known + 5)
    await waitFor(
      async () => {
        const marks = new Set(marksOf(one, await newest(bed.owner.agent)))
        return one.completed.slice(known).some((mark) => marks.has(mark))
      },
      { description: 'a batch to be committed', timeoutMs: 90_000 },
    )
    bed.api.program.kill('SIGKILL')
    link.cut()
    await bed.api.program.exited
    link.set({ delayMs: 0 })
    await bed.restartApi()
  }
  expect(await one.finish()).toEqual([])
  await isRecorded(one, 0)
})

const folderBytes = async (folder: string): Promise<number> => {
  let total = 0
  for (const name of await readdir(folder)) total += (await stat(join(folder, name))).size
  return total
}

test('a full spool pauses traffic: the database has answered, the tool is not told, and the rest follows when there is room', async () => {
  const one = await traffic({ tools: 2, padding: BULKY })
  await completes(one, 2)
  link.partition()
  // Full: what the database did is not shown to anybody, and nothing more is asked of it.
  const stuck = `select count(*)::int as stuck from pg_stat_activity
    where datname = 'shop' and usename = 'readonly' and state = 'idle' and state_change < now() - interval '3 seconds'`
  const areStuck = async (): Promise<boolean> => (await asSuperuser<{ stuck: number }>(bed.shop.postgres, stuck))[0]?.stuck === 2
  const spooled = (): Promise<number> => folderBytes(join(gateway.state, 'spool'))
  // A tool may also be slow by itself.
  await waitFor(async () => (await spooled()) > (SPOOL_MEBIBYTES - 8) * MEBIBYTE && (await areStuck()), {
    description: 'both tools to wait',
    timeoutMs: 180_000,
  })
  const paused = one.completed.length
  expect(one.pending).toBe(2)
  expect(await spooled()).toBeLessThan((SPOOL_MEBIBYTES + 8) * MEBIBYTE)
  expect(await areStuck()).toBe(true)
  expect(one.completed.length).toBe(paused)
  link.heal()
  link.cut()
  await completes(one, paused + 4)
  expect(await one.finish()).toEqual([])
  await isRecorded(one, 0)
})

/** A gateway whose spool lies on a disk of its own that is nearly full. It is gone with the gateway. */
const smallDisk = (state: string): readonly string[] => {
  const spool = join(state, 'spool')
  const script = `cp -a "$1" "$1.kept" && mount -t tmpfs -o size=${DISK_MEBIBYTES}m none "$1" && cp -a "$1.kept/." "$1/" && shift && exec "$@"`
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', spool]
}
const reason = skipReason({ programs: ['unshare', 'mount'], platforms: ['linux'], root: true })

test.skipIf(reason !== null)(
  `a full disk ends the connections instead of going on unrecorded (${reason ?? 'runs'})`,
  async () => {
    await gateway.stop()
    gateway = await bed.restartGateway(gateway, { within: smallDisk(gateway.state) })
    const one = await traffic({ tools: 2, padding: BULKY })
    await completes(one, 2)
    link.partition()
    const failures = await one.ended
    expect(failures.map((failure) => (failure as { code?: string }).code)).toEqual(['58030', '58030'])
    expect(String(failures[0])).toContain('(recording_unavailable)')
    // As it is for whoever comes now. What still fits is recorded; what does not never completes.
    // There may be no room to record that they came.
    const more = await startTraffic(await url(), { tools: 1, padding: BULKY }).then(
      async ({ ended, completed }) => ({ failures: await ended, completed: completed.length }),
      (error: unknown) => ({ failures: [error], completed: 0 }),
    )
    expect(more.failures).toMatchObject([{ code: '58030' }])
    expect(more.completed * BULKY).toBeLessThan(DISK_MEBIBYTES * MEBIBYTE)
    link.heal()
    link.cut()
    await isRecorded(one, 2)
    const again = await traffic({ tools: 1 })
    await completes(again, 2)
    expect(await again.finish()).toEqual([])
    await isRecorded(again, 0)
  },
)
