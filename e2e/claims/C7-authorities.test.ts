/**
 * C7 (authorities and keys of the vault). New roots, a new issuer and new keys come under load, without one failed query, connection
 * or unlock.
 *
 * While connections work, new ones open and passwords are unlocked all the time, the organization gets a new root, signed by the one
 * before, a new issuer below it, a new vault key, data keys that nobody has seen, and a new root key in the PKCS #11 token under which all of
 * them are wrapped anew (where SoftHSM is installed); and the API's own servers get a new root. Somebody whose invitation names the roots
 * before comes in afterwards; somebody whose computer was switched off follows when it is switched on again, and so does a gateway.
 */
import { randomBytes, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeInvitation, fromBase64url, parseStatement, trustBundle } from '@sallyport/protocol'
import { addRole, type Person, Testbed } from '@sallyport/testbed'
import {
  makeSoftHsm,
  makeTemporaryDirectory,
  type SoftHsm,
  softHsmEnvironment,
  softHsmSkipReason,
  type TemporaryDirectory,
  waitFor,
} from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeOwnPorts } from '../support/own-ports.ts'
import { RawClient } from '../support/raw-client.ts'
import { RawGateway } from '../support/raw-gateway.ts'

const ANNOUNCEMENT = 2
const ROOT_KEY = 'root'

let bed: Testbed
let away: Person
/** Both ends of a lease in the test's own hands: whose tickets are sealed to the vault key of its sign-in, and who asks with them. */
let reader: RawClient
let gateway: RawGateway
let credential: string
let folder: TemporaryDirectory
/** Null: the root key is in a file, which has no versions. */
let token: SoftHsm | null = null
beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  if (softHsmSkipReason() === null) {
    token = await makeSoftHsm(folder.path)
    await token.createKey(ROOT_KEY)
  }
  bed = await Testbed.start(token === null ? {} : { apiEnvironment: softHsmEnvironment(token, ROOT_KEY) })
  away = await bed.addPerson('away')
  credential = bed.database.credentials['read-only']!
  const { id, invitation } = await bed.invite('reader')
  await addRole(bed.owner.agent, { users: [away.id, id], credentials: [credential] })
  reader = await RawClient.enrol(invitation)
  const body = { name: 'raw', sites: [bed.site], address: { host: '127.0.0.1', port: 1 } }
  gateway = await RawGateway.join((await bed.owner.agent.api('createJoinToken', { body })).token)
})
afterAll(async () => {
  reader?.close()
  gateway?.close()
  await bed?.stop()
  await folder?.remove()
})

const clientOf = async (person: Pick<Person, 'agent'>): Promise<pg.Client> => {
  const url = new URL(await person.agent.url('shop-db/read-only', ''))
  const client = new pg.Client({ host: url.hostname, port: Number(url.port), database: 'shop', user: 'x' })
  await client.connect()
  return client
}

const ask = async (person: Pick<Person, 'agent'>): Promise<number> => {
  const client = await clientOf(person)
  try {
    return (await client.query<{ one: number }>('select 1 as one')).rows[0]!.one
  } finally {
    await client.end()
  }
}

/** Milliseconds between two pieces of work: what counts is that it never stops. */
const PACE = 50

/** Works until it is told to stop; what failed, and how much did not. */
const load = () => {
  const failures: string[] = []
  let [queries, connections, unlocks, stopped] = [0, 0, 0, false]
  const guard = async (work: () => Promise<void>): Promise<void> => {
    while (!stopped) {
      await work().catch((error: unknown) => failures.push(String(error)))
      await delay(PACE)
    }
  }
  const steady = async (): Promise<void> => {
    const client = await clientOf(bed.owner)
    client.on('error', (error) => failures.push(String(error)))
    await guard(async () => {
      await client.query('select pg_sleep(0.01)')
      queries += 1
    })
    await client.end()
  }
  const opening = (): Promise<void> =>
    guard(async () => {
      await ask(bed.owner)
      connections += 1
    })
  /** Each time another lease, for which the vault opens the password. */
  const unlocking = (): Promise<void> =>
    guard(async () => {
      const { answer } = await gateway.askForLease((await reader.makeTicket({ gateway: gateway.id, credential })).text)
      if (answer.code !== null) throw new Error(answer.text)
      unlocks += 1
    })
  const running = Promise.all([steady(), steady(), steady(), opening(), unlocking()])
  return {
    count: () => ({ queries, connections, unlocks }),
    async stop() {
      stopped = true
      await running
      return failures
    },
  }
}

/** Whether the certificate that the API shows is good for somebody who knows this root alone (DER, base64url). */
const isBelieved = (root: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(bed.api.origin)
    const ca = new X509Certificate(fromBase64url(root)).toString()
    // tls-verification: whether it would be believed is what is asked
    const unchecked = { host: hostname, port: Number(port), ca, rejectUnauthorized: false, minVersion: 'TLSv1.3' as const }
    const socket = connect(unchecked, () => {
      resolve(socket.authorized)
      socket.destroy()
    })
    socket.once('error', reject)
  })

test('new roots, a new issuer and new keys under load: nothing fails, and everybody follows', async () => {
  const owner = bed.owner.agent
  const late = await bed.invite('late')
  await addRole(owner, { name: 'late ones', users: [late.id], credentials: [credential] })
  await away.agent.stop()
  const before = await owner.api('getAuthorities')
  const working = load()
  /** Until each kind of work was done once more. */
  const goOn = async (): Promise<void> => {
    const done = Object.values(working.count())
    const isDone = () => Object.values(working.count()).every((count, kind) => count > done[kind]!)
    await waitFor(isDone, { description: 'the load to go on', timeoutMs: 60_000 })
  }
  await goOn()

  const { authorities } = await owner.api('rotateAuthority', { body: { what: 'root', announceFor: ANNOUNCEMENT } })
  const rotated = authorities.filter(({ retiresAt }) => retiresAt === null)
  expect(rotated.map(({ kind }) => kind)).toEqual(['root', 'issuer', 'deployment'])
  expect(authorities.filter(({ retiresAt }) => retiresAt !== null).map(({ key }) => key)).toEqual(
    before.authorities.filter(({ kind }) => kind !== 'deployment').map(({ key }) => key),
  )
  for (const rotate of ['rotateDataKeys', 'rotateVaultKey'] as const) {
    await owner.api(rotate)
    await goOn()
  }
  await token?.createKey(ROOT_KEY)
  expect((await owner.api('getKeys')).wrapped.older > 0).toBe(token !== null)
  while ((await owner.api('rewrapKeys')).wrapped.older > 0) await goOn()
  await goOn()

  const deployment = await owner.api('rotateAuthority', { body: { what: 'deployment' } })
  expect(deployment.authorities.filter(({ kind }) => kind === 'deployment').map(({ retiresAt }) => retiresAt)).toEqual([
    null,
    expect.any(String),
  ])
  const firstRoot = decodeInvitation(bed.central.invitation).apiRoot!
  const { apiRoots } = parseStatement(trustBundle, (await owner.api('getTrustBundle')).trustBundle).payload
  expect(apiRoots).toEqual([expect.not.stringContaining(firstRoot), firstRoot])
  await waitFor(() => isBelieved(apiRoots![0]!), { description: 'the API to show its new root', timeoutMs: 60_000 })
  expect(await isBelieved(firstRoot)).toBe(true)

  // An invitation that names the roots before, accepted when the new issuer signs.
  const signsFrom = Date.parse(rotated[1]!.signsFrom)
  await waitFor(() => Date.now() >= signsFrom, { description: 'the new issuer to sign' })
  const agent = await bed.startAgent(join(bed.directory, 'profile-late'))
  await agent.local.call('enrol', { invitation: late.invitation, password: randomBytes(18).toString('base64url') })
  await takeOwnPorts(agent)
  expect(await ask({ agent })).toBe(1)

  // Somebody who was away for all of it.
  const back = await bed.startAgent(join(bed.directory, 'profile-away'))
  await takeOwnPorts(back)
  expect(await ask({ agent: back })).toBe(1)

  await goOn()
  expect(await working.stop()).toEqual([])

  // A gateway that is started anew.
  await bed.gateways[0]!.stop()
  await bed.restartGateway(bed.gateways[0]!)
  expect(await ask(bed.owner)).toBe(1)
})
