/**
 * C7, the other half: the gateway that rotates a password is killed at every step that the rotation has, once for a password that rests in
 * the vault and once for one that lies in a third-party store. What follows finds out which of the two passwords works, and from then on
 * that one is handed out, and is what the store has.
 */
import { passwordSecret, storeSecret, Testbed } from '@sallyport/testbed'
import { type FakeVault, startFakeVault, waitFor } from '@sallyport/testkit'
import { endpointDigest } from '@sallyport/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { centralSql } from '../support/central-sql.ts'
import { publishedTokenKeys } from '../support/published-token-keys.ts'
import { RawClient } from '../support/raw-client.ts'
import { signsInTo } from '../support/signs-in.ts'
import { asSuperuser } from '../support/superuser.ts'

const KILLED = 'apps/gateway/src/testing/killed-at-step.ts'
/** What the program must at least tell of. */
const KNOWN = ['taken', 'unlocked', 'signed-in', 'stored', 'altered', 'committed', 'verified', 'reported']
/** Only of a password that lies in a store. */
const OF_STORES = ['writable', 'written']

let bed: Testbed
let credential: string
let stored: string
let store: FakeVault
let reader: RawClient

const shop = () => bed.owner.agent.api('getResource', { parameters: { resource: bed.database.resource } })

const addStored = async (resource: Awaited<ReturnType<typeof shop>>): Promise<string> => {
  const { agent } = bed.owner
  reader = await RawClient.enrol((await bed.invite('reader', { roles: ['owner'] })).invitation)
  store = await startFakeVault({ keysOf: (issuer) => publishedTokenKeys(reader, issuer) })
  const signIn = { kind: 'token' as const, mount: 'jwt', role: 'leases', rotationRole: 'rotations', audience: 'vault' }
  const at = { kind: 'vault' as const, address: store.server.origin, authority: store.ca, namespace: null, engine: 'kv' as const }
  const { id, issuer } = await agent.api('createStore', { body: { name: 'vault', location: { ...at, mount: 'secret', signIn } } })
  const role = { issuer, audience: 'vault', ttl: 60, paths: ['secret/data/{{path}}'] }
  store.roles.set('leases', { ...role, boundClaims: {} })
  const paths = [...role.paths, 'patch secret/data/{{path}}']
  store.roles.set('rotations', { ...role, paths, boundClaims: { purpose: ['rotate'] } })
  store.secrets.set('lonely', { password: 'the first one' })
  const group = bed.shop.users.readonly.name
  await asSuperuser(bed.shop.postgres, `create role elsewhere login password 'the first one' in role ${group}`)
  const place = { store: id, path: 'lonely', field: 'password' }
  const body = { resource: resource.id, endpointDigest: await endpointDigest(resource.endpoint), ...place }
  const { id: secret } = await agent.api('createStoredSecret', { body })
  const made = { resource: resource.id, name: 'elsewhere', userName: 'elsewhere', secret, databases: [bed.shop.database] }
  return (await agent.api('createCredential', { body: made })).id
}

beforeAll(async () => {
  bed = await Testbed.start({ database: 'central' })
  const group = bed.shop.users.readonly.name
  await asSuperuser(bed.shop.postgres, `create role lonely login password 'the first one' in role ${group}`)
  const { agent } = bed.owner
  const resource = await shop()
  const secret = await storeSecret(agent, resource, passwordSecret('the first one'))
  const body = { resource: resource.id, name: 'lonely', userName: 'lonely', secret, databases: [bed.shop.database] }
  credential = (await agent.api('createCredential', { body })).id
  stored = await addStored(resource)
  await bed.gateways[0]!.stop()
})
afterAll(async () => {
  reader?.close()
  await bed?.stop()
  await store?.close()
})

const rotation = () => bed.owner.agent.api('getRotation', { parameters: { credential } })
const rotate = () => bed.owner.agent.api('rotateCredential', { parameters: { credential } })

const isOpen = async (): Promise<boolean> => ['waiting', 'taken'].includes((await rotation()).last?.state ?? '')

/** As if its time were over: minutes pass until a job is anybody's again. Whether a password may have been changed for it. */
const letTimePass = async (): Promise<boolean> => {
  const rows = await centralSql<{ pending_version: number | null }>(
    bed.central.database!.url('superuser'),
    `update gateway_jobs set taken_at = taken_at - interval '10 minutes', due_at = due_at - interval '10 minutes'
     where credential_id = $1 and state in ('waiting', 'taken') returning pending_version`,
    [credential],
  )
  return rows.some(({ pending_version: pending }) => pending !== null)
}

/** What the vault hands out lets the gateway in. */
const works = async (): Promise<boolean> =>
  (await bed.owner.agent.api('testCredential', { parameters: { credential }, body: {} })).ok

const startKilled = (step: string) => bed.restartGateway(bed.gateways[0]!, { entry: KILLED, env: { KILLED_AT: step } })

const tooLong = () => new Promise((_, reject) => setTimeout(() => reject(new Error('it was not killed')), 90_000))

/** Whether the password was changed, of what was cut off at each step; nothing was begun before the first of them. */
const changed: Readonly<Record<string, boolean>> = {
  stored: false,
  altered: false,
  committed: true,
  verified: true,
  written: true,
}

const settled = async (step: string): Promise<void> => {
  await waitFor(async () => !(await isOpen()), { description: `what was cut off at ${step} to be settled`, timeoutMs: 90_000 })
  expect((await rotation()).last?.state, step).toBe(changed[step] === true ? 'done' : 'failed')
  expect(await works(), step).toBe(true)
}

const killedAtEach = async (steps: readonly string[]): Promise<void> => {
  let before = 'nothing'
  for (const step of steps) {
    const isBegun = (await isOpen()) && (await letTimePass())
    const { program } = await startKilled(step)
    if (isBegun) await settled(before)
    if (!(await isOpen())) await rotate()
    const { last } = await rotation()
    await expect(Promise.race([program.exited, tooLong()]), `${step} ${JSON.stringify(last)}`).resolves.toMatchObject({
      signal: 'SIGKILL',
    })
    before = step
  }
  const last = await bed.restartGateway(bed.gateways[0]!)
  expect((await rotation()).last).toMatchObject({ state: 'done' })
  expect(await works()).toBe(true)
  await last.stop()
}

test('killed at any step, it ends with one password that works, and with that one in the vault', async () => {
  const first = await startKilled('never')
  const [line] = await first.program.waitForLine(/^.*"event":"steps".*$/, { timeoutMs: 90_000 })
  const { steps } = z.object({ steps: z.array(z.string()) }).parse(JSON.parse(line))
  expect(steps).toEqual(expect.arrayContaining(KNOWN))
  expect(steps).toEqual(expect.arrayContaining(OF_STORES))
  await first.stop()
  await killedAtEach(steps.filter((step) => !OF_STORES.includes(step)))
  credential = stored
  await killedAtEach(steps)
  expect(await signsInTo(bed.shop, 'elsewhere', store.secrets.get('lonely')!['password']!)).toBe(true)
  expect(await signsInTo(bed.shop, 'elsewhere', 'the first one')).toBe(false)
})
