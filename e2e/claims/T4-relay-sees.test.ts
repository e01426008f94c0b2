/**
 * T4. A gateway that only forwards to a relay sees ciphertext.
 *
 * The attacker has taken over the gateway between the agent and the relay, and keeps every byte that it ever held. What a person
 * does behind the relay must not be in there, while what they do behind that gateway itself is. Then they try what else such a
 * gateway could: end the TLS inside with every certificate that it can get; and they knock as a relay with certificates that are
 * none. What takes the relay away from people must do so at once; losing a gateway, a certificate or the API must not. What gateways
 * do by themselves (tests, rotation, recording), a relay does as well.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatIdentity } from '@sallyport/protocol'
import { addDatabase, addRole, type Gateway, passwordSecret, postgresEndpoint, storeSecret, Testbed } from '@sallyport/testbed'
import { canary, freePort, makeAuthority, waitFor } from '@sallyport/testkit'
import { connectTls, duplexChannel, MuxSession, type TlsIdentity } from '@sallyport/transport'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entriesOf } from '../support/audit.ts'
import { knock } from '../support/knock.ts'
import { lyingGateway } from '../support/lying-gateway.ts'
import { openPsql } from '../support/open-psql.ts'
import { RawClient } from '../support/raw-client.ts'
import { RawGateway } from '../support/raw-gateway.ts'
import { toPem } from '../support/raw-key.ts'
import { openStream, readAnswer, refusalOf } from '../support/raw-stream.ts'
import { completes, expectRecorded } from '../support/recorded.ts'
import { psqlPrints, psqlRefusal, runPsql } from '../support/run-psql.ts'
import { signsInTo } from '../support/signs-in.ts'
import { asSuperuser } from '../support/superuser.ts'
import { startTraffic } from '../support/traffic.ts'

const DUMPING = 'apps/gateway/src/testing/dumping-gateway.ts'
const BEHIND_RELAY = 'closed-db/person'
const BEHIND_LIAR = 'far-db/person'

let bed: Testbed
let dump: string
/** The one in between. */
let taken: Gateway
let relay: Gateway
let relayId: string
/** The resource behind the relay. */
let closed: string
/** A session whose keys the test holds. */
let client: RawClient
const closes: (() => Promise<void> | void)[] = []

/** The shop again, at a site of its own. */
const siteWithDatabase = async (name: string): Promise<{ readonly site: string; readonly resource: string }> => {
  const { id } = await bed.owner.agent.api('createSite', { body: { name } })
  const { database, users } = bed.shop
  const { credentials, resource } = await addDatabase(bed.owner.agent, {
    site: id,
    name: `${name}-db`,
    endpoint: postgresEndpoint(bed.shop),
    database,
    credentials: { person: { userName: users.readonly.name, password: users.readonly.password } },
  })
  await addRole(bed.owner.agent, { name, users: [bed.owner.id], credentials: Object.values(credentials) })
  return { site: id, resource }
}

/** Of a relay where no port is given. */
const joinToken = async (name: string, site: string, port?: number): Promise<string> => {
  const address = port === undefined ? null : { host: '127.0.0.1', port }
  const kind = port === undefined ? 'relay' : 'gateway'
  return (await bed.owner.agent.api('createJoinToken', { body: { name, kind, sites: [site], address } })).token
}

const held = (gateway: RawGateway): TlsIdentity => ({
  key: gateway.key.pem,
  cert: toPem(gateway.certificates),
  ca: toPem([...gateway.trust.roots, ...gateway.trust.issuers]),
})

/** A connection of the client's to the relay, over this one to a gateway: TLS inside, and the certificate that the relay shows. */
const enter = async (gateway: MuxSession): Promise<{ readonly mux: MuxSession; readonly certificate: Buffer }> => {
  const { stream, answer } = await openStream(gateway, { type: 'forward', relay: relayId })
  expect(refusalOf(answer)).toBeNull()
  let certificate = Buffer.alloc(0)
  const socket = await connectTls(stream, {
    tls: client.tls,
    expectedIdentity: formatIdentity({ trustDomain: client.trust.trustDomain, kind: 'relay', id: relayId }),
    verifyPeer: (peer) => (certificate = Buffer.from(peer.certificate)),
    timeoutMs: 60_000,
  })
  expect(refusalOf(await readAnswer(socket))).toBeNull()
  const mux = new MuxSession(duplexChannel(socket), { role: 'client' })
  closes.push(() => mux.close())
  return { mux, certificate }
}

/** How often the relay reached a gateway so far. */
const dials = (gateway = ''): number =>
  relay.program.lines.filter((line) => line.includes(`"event":"uplink.connected","gateway":"${gateway}`)).length

const uplinksOf = async (id: string): Promise<readonly string[]> => {
  const { items } = await bed.owner.agent.api('listGateways', { query: { limit: 100 } })
  return items.find((one) => one.id === id)?.load?.uplinks ?? []
}

beforeAll(async () => {
  bed = await Testbed.start()
  await bed.gateways[0]!.stop()
  dump = join(bed.directory, 'dump')
  taken = await bed.restartGateway(bed.gateways[0]!, { entry: DUMPING, env: { DUMP: dump } })
  const { site, resource } = await siteWithDatabase('closed')
  closed = resource
  relay = await bed.addRelay({ site })
  const { items } = await bed.owner.agent.api('listGateways', { query: { limit: 100 } })
  relayId = items.find(({ kind }) => kind === 'relay')!.id
  client = await RawClient.enrol((await bed.invite('client', { roles: ['closed'] })).invitation)
  closes.push(() => client.close())
})
afterAll(async () => {
  for (const close of closes) await close()
  await bed?.stop()
})

test('the gateway in between holds nothing of what passes, and everything of what it serves itself', async () => {
  const [forwarded, own] = [canary(), canary()]
  const ask = async (name: string, word: string): Promise<string> =>
    psqlPrints(await bed.owner.agent.url(name), `select upper('${word.toLowerCase()}')`)
  expect(await ask('shop-db/read-only', own.text)).toBe(own.text.toUpperCase())
  expect(await ask(BEHIND_RELAY, forwarded.text)).toBe(forwarded.text.toUpperCase())

  const seen = (await readFile(dump, 'latin1')).toLowerCase()
  expect(seen).toContain(own.text.toLowerCase())
  expect(seen).not.toContain(forwarded.text.toLowerCase())
  // Nor the ticket, nor who it is there: the path says which way it went.
  const { agent } = bed.owner
  const psql = await openPsql(await agent.url(BEHIND_RELAY))
  const [connection] = (await agent.local.call('connections', {})).items
  const path = await agent.local.call('path', { connection: connection!.id })
  expect(path.gateway).toMatchObject({ host: '127.0.0.1', port: taken.port, tls: { version: 'TLSv1.3' } })
  expect(path.relay).toMatchObject({ tls: { version: 'TLSv1.3' } })
  expect(path.relay!.identity).toMatch(new RegExp(`/relay/${relayId}$`))
  expect(path.resource).toMatchObject({ port: bed.shop.port })
  await psql.stop()
})

test('a relay does what gateways do by themselves: it tries resources and credentials, and rotates passwords', async () => {
  const { agent, id } = bed.owner
  const before = 'what opened it before'
  await asSuperuser(bed.shop.postgres, `create role behind login password '${before}' in role ${bed.shop.users.readonly.name}`)
  const resource = await agent.api('getResource', { parameters: { resource: closed } })
  const secret = await storeSecret(agent, resource, passwordSecret(before))
  const body = { resource: closed, name: 'behind', userName: 'behind', secret, databases: [bed.shop.database] }
  const { id: credential } = await agent.api('createCredential', { body })
  await addRole(agent, { name: 'behind', users: [id], credentials: [credential] })

  const act = async () => {
    const tested = await agent.api('testResource', { parameters: { resource: closed }, body: {} })
    const tried = await agent.api('testCredential', { parameters: { credential }, body: {} })
    await agent.api('rotateCredential', { parameters: { credential } })
    const rotated = await waitFor(
      async () => {
        const { last } = await agent.api('getRotation', { parameters: { credential } })
        return (last?.state === 'done' || last?.state === 'failed') && last
      },
      { description: 'the rotation to end', timeoutMs: 90_000 },
    )
    return { tested, tried, rotated }
  }
  const { result, entries } = await entriesOf(agent, act, 250)
  expect(result).toMatchObject({ tested: { gateway: relayId, ok: true }, tried: { ok: true }, rotated: { state: 'done' } })
  expect(entries.find(({ type }) => type === 'resource.tested')!.details).toMatchObject({ gateway: relayId })
  const jobs = entries.filter(({ type }) => type === 'job.taken')
  expect(new Map(jobs.map(({ actor, details }) => [details['kind'], actor.id]))).toEqual(
    new Map([
      ['test', relayId],
      ['rotate', relayId],
    ]),
  )
  expect(await signsInTo(bed.shop, 'behind', before)).toBe(false)
  expect(await psqlPrints(await agent.url('closed-db/behind'), 'select session_user')).toBe('behind')
})

test('what a relay records while the API is away arrives when it is back, once, also if the relay is killed meanwhile', async () => {
  const one = await startTraffic(await bed.owner.agent.url(BEHIND_RELAY), { tools: 2 })
  await completes(one, 10)
  bed.api.program.kill('SIGKILL')
  await bed.api.program.exited
  await completes(one, one.completed.length + 20)
  relay.program.kill('SIGKILL')
  await relay.program.exited
  expect(await one.ended).toHaveLength(2)
  await bed.restartApi()
  relay = await bed.restartGateway(relay)
  await expectRecorded(bed.owner.agent, one, 2)
})

test('relay and session get new certificates, and what goes through them goes on', async () => {
  const { agent } = bed.owner
  const url = await agent.url(BEHIND_RELAY)
  await waitFor(async () => (await runPsql(url, 'select 1')).code === 0, {
    description: 'the relay to be reached',
    timeoutMs: 60_000,
  })
  const one = await startTraffic(url, { tools: 1 })
  const gateway = await client.dialGateway(await client.gateway(taken.port))
  const before = await enter(gateway)
  const dialled = dials()
  relay.program.kill('SIGHUP')
  await relay.program.waitForLine(/"event":"certificate.renewed"/, { timeoutMs: 60_000 })
  await waitFor(() => dials() > dialled, { description: 'the relay to dial anew', timeoutMs: 60_000 })
  const { session } = await agent.local.call('status', {})
  const renewed = await agent.local.call('renew', {})
  expect(Date.parse(renewed.session!.certificateExpiresAt)).toBeGreaterThan(Date.parse(session!.certificateExpiresAt))
  const after = await enter(gateway)
  expect(after.certificate.equals(before.certificate)).toBe(false)
  expect(await before.mux.ping()).toBeGreaterThan(0)
  await completes(one, one.completed.length + 10)
  expect(await one.finish()).toEqual([])
})

test('a certificate that is not of a relay of this organization is no uplink', async () => {
  const { port } = taken
  const [gateway, revoked, good] = [
    await RawGateway.join(await joinToken('other', bed.site, await freePort())),
    await RawGateway.join(await joinToken('revoked', bed.site)),
    await RawGateway.join(await joinToken('good', bed.site)),
  ]
  closes.push(...[gateway, revoked, good].map((each) => () => each.close()))
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: revoked.id } })
  const self = await (
    await makeAuthority()
  ).issue({
    spiffeId: formatIdentity({ trustDomain: client.trust.trustDomain, kind: 'relay', id: good.id }),
  })
  const outcome = async ({ key, cert }: { key: string | Buffer; cert: string | Buffer }) =>
    (await knock(port, { key, cert })).outcome

  await waitFor(async () => (await outcome(held(good))) === 'open', { description: 'the gateway to know the relay' })
  expect(await outcome(held(gateway))).toBe('identity_mismatch')
  await waitFor(async () => (await outcome(held(revoked))) === 'gateway_unknown', { description: 'the revocation to arrive' })
  expect(await outcome(self)).toBe('hang-up')
  // A session is let in as what it is: nobody is forwarded to it.
  const mux = await client.dialGateway(await client.gateway(port))
  const { answer } = await openStream(mux, { type: 'forward', relay: client.session })
  expect(refusalOf(answer)).toBe('relay_unavailable')
})

test('a gateway that ends the TLS inside itself convinces nobody, whatever certificate it shows', async () => {
  const { site } = await siteWithDatabase('far')
  const port = await freePort()
  const gateway = await RawGateway.join(await joinToken('liar', bed.site, port))
  const wanted = await RawGateway.join(await joinToken('far', site))
  const other = await RawGateway.join(await joinToken('farther', site))
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: other.id } })
  const { ca } = held(gateway)
  const spiffeId = formatIdentity({ trustDomain: gateway.trust.trustDomain, kind: 'relay', id: wanted.id })
  const liar = await lyingGateway(port, held(gateway))
  closes.push(() => liar.close(), ...[gateway, wanted, other].map((each) => () => each.close()))

  const url = await bed.owner.agent.url(BEHIND_LIAR)
  for (const inner of [held(gateway), held(other), { ...(await (await makeAuthority()).issue({ spiffeId })), ca }]) {
    liar.show(inner)
    const isTried = async (): Promise<boolean> => {
      expect((await runPsql(url, 'select 1')).code).toBe(2)
      return liar.attempts > 0
    }
    await waitFor(isTried, { description: 'the agent to come through the liar', timeoutMs: 60_000 })
  }
  expect(liar.heard).toBe(0)
  // The key of the relay itself is what it takes.
  liar.show(held(wanted))
  const fooled = runPsql(url, 'select 1')
  await waitFor(() => liar.heard > 0, { description: 'the agent to speak to the relay', timeoutMs: 60_000 })
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: wanted.id } })
  await liar.close()
  expect((await fooled).code).toBe(2)
})

test('of two gateways in between one is killed, started again, and the other one killed: what goes through the other one stays', async () => {
  const other = await bed.addGateway()
  const { items } = await bed.owner.agent.api('listGateways', { query: { limit: 100 } })
  const idOf = ({ port }: Gateway): string => items.find(({ address }) => address?.port === port)!.id
  const isReached = async (): Promise<boolean> => (await uplinksOf(relayId)).includes(idOf(other))
  await waitFor(isReached, { description: 'the relay to dial it', timeoutMs: 60_000 })
  const url = await bed.owner.agent.url(BEHIND_RELAY)
  const works = async (): Promise<boolean> => (await runPsql(url, 'select 1')).code === 0
  const psql = await openPsql(url)
  const { mux } = await enter(await client.dialGateway(await client.gateway(other.port)))
  taken.program.kill('SIGKILL')
  expect(await psql.ended).toContain('connected as')
  expect(await mux.ping()).toBeGreaterThan(0)
  await waitFor(works, { description: 'another way', timeoutMs: 60_000 })

  const before = dials(idOf(taken))
  taken = await bed.restartGateway(taken)
  await waitFor(() => dials(idOf(taken)) > before, { description: 'the relay to dial it again', timeoutMs: 90_000 })
  expect(await mux.ping()).toBeGreaterThan(0)
  other.program.kill('SIGKILL')
  await mux.closed
  await waitFor(works, { description: 'the way through the first one again', timeoutMs: 60_000 })
})

test('revoking the relay cuts who is connected through it, and ends it; people are told what is wrong', async () => {
  const url = await bed.owner.agent.url(BEHIND_RELAY)
  const psql = await openPsql(url)
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: relayId } })
  expect(await psql.ended).toContain('connected as')
  await relay.program.exited
  expect((await psqlRefusal(url)).code).toBe('gateway_unreachable')
})
