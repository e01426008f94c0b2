/**
 * T4. A gateway that only forwards to a relay sees ciphertext.
 *
 * The attacker has taken over the gateway between the agent and the relay, and keeps every byte that it ever held. What a person
 * does behind the relay must not be in there, while what they do behind that gateway itself is. Then they try what else such a
 * gateway could: end the TLS inside with every certificate that it can get; and they knock as a relay with certificates that are
 * none. What takes the relay away from people must do so at once, and losing a gateway must not.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatIdentity } from '@sallyport/protocol'
import { addDatabase, addRole, type Gateway, Testbed } from '@sallyport/testbed'
import { canary, freePort, makeAuthority, waitFor } from '@sallyport/testkit'
import type { TlsIdentity } from '@sallyport/transport'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { knock } from '../support/knock.ts'
import { lyingGateway } from '../support/lying-gateway.ts'
import { openPsql } from '../support/open-psql.ts'
import { RawClient } from '../support/raw-client.ts'
import { RawGateway } from '../support/raw-gateway.ts'
import { toPem } from '../support/raw-key.ts'
import { openStream, refusalOf } from '../support/raw-stream.ts'
import { psqlPrints, runPsql } from '../support/run-psql.ts'

const DUMPING = 'apps/gateway/src/testing/dumping-gateway.ts'
const BEHIND_RELAY = 'closed-db/person'
const BEHIND_LIAR = 'far-db/person'

let bed: Testbed
let dump: string
/** The one in between, and the other one. */
let taken: Gateway
let relayId: string
const closes: (() => Promise<void> | void)[] = []

const siteWithDatabase = async (name: string): Promise<string> => {
  const { id } = await bed.owner.agent.api('createSite', { body: { name } })
  const { caPem, port, database, users } = bed.shop
  const { credentials } = await addDatabase(bed.owner.agent, {
    site: id,
    name: `${name}-db`,
    endpoint: {
      protocol: 'postgresql',
      host: '127.0.0.1',
      port,
      tls: { kind: 'authority', certificates: caPem, serverName: null },
      plaintextAllowed: false,
      weakestAuthentication: 'scram',
    },
    database,
    credentials: { person: { userName: users.readonly.name, password: users.readonly.password } },
  })
  await addRole(bed.owner.agent, { name, users: [bed.owner.id], credentials: Object.values(credentials) })
  return id
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

const uplinksOf = async (id: string): Promise<readonly string[]> => {
  const { items } = await bed.owner.agent.api('listGateways', { query: { limit: 100 } })
  return items.find((one) => one.id === id)?.load?.uplinks ?? []
}

beforeAll(async () => {
  bed = await Testbed.start()
  await bed.gateways[0]!.stop()
  dump = join(bed.directory, 'dump')
  taken = await bed.restartGateway(bed.gateways[0]!, { entry: DUMPING, env: { DUMP: dump } })
  await bed.addRelay({ site: await siteWithDatabase('closed') })
  const { items } = await bed.owner.agent.api('listGateways', { query: { limit: 100 } })
  relayId = items.find(({ kind }) => kind === 'relay')!.id
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

test('a certificate that is not of a relay of this organization is no uplink', async () => {
  const { port } = taken
  const client = await RawClient.enrol((await bed.invite('client', { roles: ['closed'] })).invitation)
  closes.push(() => client.close())
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
  const site = await siteWithDatabase('far')
  const port = await freePort()
  const gateway = await RawGateway.join(await joinToken('liar', bed.site, port))
  const relay = await RawGateway.join(await joinToken('far', site))
  const other = await RawGateway.join(await joinToken('farther', site))
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: other.id } })
  const { ca } = held(gateway)
  const spiffeId = formatIdentity({ trustDomain: gateway.trust.trustDomain, kind: 'relay', id: relay.id })
  const liar = await lyingGateway(port, held(gateway))
  closes.push(() => liar.close(), ...[gateway, relay, other].map((each) => () => each.close()))

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
  liar.show(held(relay))
  const fooled = runPsql(url, 'select 1')
  await waitFor(() => liar.heard > 0, { description: 'the agent to speak to the relay', timeoutMs: 60_000 })
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: relay.id } })
  await liar.close()
  expect((await fooled).code).toBe(2)
})

test('when the gateway in between is killed, agents come through another one', async () => {
  const other = await bed.addGateway()
  const { items } = await bed.owner.agent.api('listGateways', { query: { limit: 100 } })
  const { id } = items.find(({ address }) => address?.port === other.port)!
  const isReached = async (): Promise<boolean> => (await uplinksOf(relayId)).includes(id)
  await waitFor(isReached, { description: 'the relay to dial it', timeoutMs: 60_000 })
  const url = await bed.owner.agent.url(BEHIND_RELAY)
  const psql = await openPsql(url)
  taken.program.kill('SIGKILL')
  expect(await psql.ended).toContain('connected as')
  await waitFor(async () => (await runPsql(url, 'select 1')).code === 0, { description: 'another way', timeoutMs: 60_000 })
})

test('revoking the relay cuts who is connected through it, and ends it', async () => {
  const url = await bed.owner.agent.url(BEHIND_RELAY)
  const psql = await openPsql(url)
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: relayId } })
  expect(await psql.ended).toContain('connected as')
  const relay = bed.gateways.find(({ port }) => port === 0)!
  await relay.program.exited
  expect((await runPsql(url, 'select 1')).code).toBe(2)
})
