/**
 * D2. Every client and every gateway has its own cryptographic identity, issued by the central API.
 *
 * The attacker holds certificates that are good for something else: one of another gateway, of another organization, made by
 * themselves, expired, revoked, of a client to be shown as a server's, and TLS sessions of connections that were good once. With
 * each they knock at a gateway, or pretend to be one. Each must be refused before the WebSocket is open: with the gateway's code,
 * by a TLS alert, or, where the chain itself does not verify, by the end of the connection after the handshake (of which the TLS
 * library tells the program nothing that it could answer). The same certificates must work where they belong.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { formatIdentity, type GatewayEntry } from '@sallyport/protocol'
import { type Gateway, Testbed } from '@sallyport/testbed'
import { freePort, makeAuthority, waitFor } from '@sallyport/testkit'
import { createHttpsSender, TransportError } from '@sallyport/transport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { centralSql } from '../support/central-sql.ts'
import { type FakeGateway, fakeGateway } from '../support/fake-gateway.ts'
import { knock } from '../support/knock.ts'
import { RawClient } from '../support/raw-client.ts'
import { RawGateway } from '../support/raw-gateway.ts'
import { issueBy, newKey, toPem } from '../support/raw-key.ts'

interface Shown {
  /** PEM. */
  readonly key: string
  readonly cert: string
}

let testbed: Testbed
let client: RawClient
let foreigner: RawClient
/** A gateway that the organization let in, of which the test holds the key. It listens nowhere by itself. */
let joined: RawGateway
let joinedEntry: GatewayEntry
let gateway: Gateway
const closes: (() => Promise<void> | void)[] = []

const ofClient = (of: RawClient): Shown => ({ key: of.keys.session.pem, cert: toPem(of.material.certificates) })
const ofGateway = (of: RawGateway): Shown => ({ key: of.key.pem, cert: toPem(of.certificates) })

const enrol = async (name: string): Promise<RawClient> => {
  const { invitation } = await testbed.invite(name, { roles: ['shop: everything'] })
  const enrolled = await RawClient.enrol(invitation)
  closes.push(() => enrolled.close())
  return enrolled
}

beforeAll(async () => {
  testbed = await Testbed.start({
    organizations: ['umbra'],
    database: 'central',
  })
  gateway = testbed.gateways[0]!
  client = await enrol('client')
  foreigner = await RawClient.enrol(testbed.central.invitations['umbra']!)
  closes.push(() => foreigner.close())
  const body = { name: 'elsewhere', sites: [testbed.site], address: { host: '127.0.0.1', port: await freePort() } }
  joined = await RawGateway.join((await testbed.owner.agent.api('createJoinToken', { body })).token)
  closes.push(() => joined.close())
  joinedEntry = await client.gateway(body.address.port)
})
afterAll(async () => {
  for (const close of closes.reverse()) await close()
  await testbed.stop()
})

describe('at a gateway, before the WebSocket is open', () => {
  test('a session of this organization is let in', async () => {
    expect((await knock(gateway.port, ofClient(client))).outcome).toBe('open')
  })

  test('a certificate of another gateway of the organization is refused', async () => {
    expect((await knock(gateway.port, ofGateway(joined))).outcome).toBe('identity_mismatch')
  })

  test("the gateway's own certificate is refused, too", async () => {
    const key = await readFile(join(gateway.state, 'gateway-key.pem'), 'utf8')
    const membership = JSON.parse(await readFile(join(gateway.state, 'membership.json'), 'utf8')) as { certificates: string[] }
    expect((await knock(gateway.port, { key, cert: toPem(membership.certificates) })).outcome).toBe('identity_mismatch')
  })

  test('a session of another organization is refused', async () => {
    expect((await knock(gateway.port, ofClient(foreigner))).outcome).toBe('hang-up')
  })

  test('a relay of another organization is refused', async () => {
    const { id } = await foreigner.call('createSite', { body: { name: 'elsewhere' } })
    const body = { name: 'elsewhere', kind: 'relay' as const, sites: [id], address: null }
    const relay = await RawGateway.join((await foreigner.call('createJoinToken', { body })).token)
    closes.push(() => relay.close())
    expect((await knock(gateway.port, ofGateway(relay))).outcome).toBe('hang-up')
  })

  test('self-made certificates with the right name are refused, under whatever chain', async () => {
    const uri = formatIdentity({ trustDomain: client.trust.trustDomain, kind: 'session', id: client.session })
    const authority = await makeAuthority({ name: 'issuer' })
    const { key, cert } = await authority.issue({ spiffeId: uri })
    const [own, issuers] = [toPem(client.material.certificates), toPem(client.material.certificates.slice(1))]
    const chains = [cert, `${cert}\n${authority.ca}\n`, `${cert}\n${issuers}`, `${cert}\n${own}`]
    for (const chain of chains) expect((await knock(gateway.port, { key, cert: chain })).outcome).toBe('hang-up')
    // Signed by the key of a session, as if a session could issue.
    const leaf = newKey()
    const issued = await issueBy({ key: client.keys.session, certificate: own }, { key: leaf, uri })
    expect((await knock(gateway.port, { key: leaf.pem, cert: `${issued}${own}` })).outcome).toBe('hang-up')
  })

  test('none at all is refused by an alert', async () => {
    expect((await knock(gateway.port, {})).outcome).toBe('alert certificate required')
  })

  test('a certificate without its key is no identity', async () => {
    // TLS itself does not let such a pair be used; what is left is to show it under another one's signature.
    expect(() => connect({ port: gateway.port, ...ofClient(client), key: newKey().pem })).toThrow(/key values mismatch/i)
  })
})

describe('a TLS session that was good once', () => {
  test('is what would get one in where sessions are resumed', async () => {
    // The attack at work, against a server as Node makes it.
    const authority = await makeAuthority()
    const server = createServer({ ...(await authority.issue({})), ca: authority.ca, requestCert: true, rejectUnauthorized: true })
    const accepted: boolean[] = []
    server.on('secureConnection', (socket: TLSSocket) => {
      accepted.push(socket.authorized)
      socket.on('error', () => undefined)
      socket.end('welcome')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { key, cert } = await authority.issue({})
    const first = await knock(port, { key, cert })
    expect(first.session).not.toBeNull()
    expect((await knock(port, {})).outcome).toBe('alert certificate required')
    expect((await knock(port, { session: first.session! })).resumed).toBe(true)
    expect(accepted).toEqual([true, true])
    server.close()
  })

  test('does not resume at a gateway, with the certificate or without', async () => {
    const { session } = await knock(gateway.port, ofClient(client))
    const again = await knock(gateway.port, { ...ofClient(client), ...(session ? { session } : {}) })
    expect(again).toMatchObject({ resumed: false, outcome: 'open' })
    const without = await knock(gateway.port, session ? { session } : {})
    expect(without).toMatchObject({ resumed: false, outcome: 'alert certificate required' })
  })

  test('gets nobody in after a revocation, nor right after a restart of the gateway', async () => {
    const revoked = await enrol('revoked')
    const { outcome, session } = await knock(gateway.port, ofClient(revoked))
    expect(outcome).toBe('open')
    const resuming = { ...ofClient(revoked), ...(session ? { session } : {}) }
    await testbed.owner.agent.api('revokeSession', { parameters: { session: revoked.session } })
    await waitFor(async () => (await knock(gateway.port, ofClient(revoked))).outcome === 'session_revoked', {
      description: 'the revocation to arrive',
    })
    expect(await knock(gateway.port, resuming)).toMatchObject({ resumed: false, outcome: 'session_revoked' })

    await gateway.stop()
    let isUp = false
    const restarting = testbed.restartGateway(gateway).then((restarted) => {
      gateway = restarted
      isUp = true
    })
    // From the first moment at which something listens.
    const outcomes = new Set<string>()
    while (!isUp || !outcomes.has('session_revoked')) {
      for (const options of [ofClient(revoked), resuming]) {
        const knocked = await knock(gateway.port, options).catch(() => null)
        if (knocked !== null) outcomes.add(knocked.outcome)
        expect(knocked?.resumed ?? false).toBe(false)
      }
      expect(outcomes).not.toContain('open')
    }
    await restarting
    expect([...outcomes].filter((code) => !['session_revoked', 'gateway_isolated'].includes(code))).toEqual([])
    expect((await knock(gateway.port, ofClient(client))).outcome).toBe('open')
  })
})

describe('where a gateway is expected', () => {
  let fake: FakeGateway
  beforeAll(async () => {
    fake = await fakeGateway(joinedEntry.address!.port, ofGateway(joined))
    closes.push(() => fake.close())
  })

  const dial = (timeoutMs = 60_000): Promise<string> =>
    client.dialGateway(joinedEntry, { timeoutMs }).then(
      () => 'open',
      (error: unknown) => (error instanceof TransportError ? error.code : String(error)),
    )

  test('the right certificate is what clients go on with', async () => {
    const before = fake.heard
    // It never answers, so that each dial ends with its time.
    const isHeard = async (): Promise<boolean> => {
      expect(await dial(3_000)).toBe('dial_timeout')
      return fake.heard.slice(before.length).includes('sec-websocket-protocol: sallyport.v1')
    }
    await waitFor(isHeard, { description: 'a client to go on' })
  })

  test('every other certificate is refused, and nothing is said to who shows it', async () => {
    const other = await RawGateway.join(
      (
        await testbed.owner.agent.api('createJoinToken', {
          body: { name: 'another', sites: [testbed.site], address: { host: '127.0.0.1', port: await freePort() } },
        })
      ).token,
    )
    closes.push(() => other.close())
    const authority = await makeAuthority()
    const spiffeId = formatIdentity({ trustDomain: client.trust.trustDomain, kind: 'gateway', id: joined.id })
    const shown: readonly [string, Shown, string][] = [
      ['of another gateway', ofGateway(other), 'identity_mismatch'],
      ['of a client', ofClient(client), 'identity_mismatch'],
      ['of another organization', ofClient(foreigner), 'peer_untrusted'],
      ['self-made, with the right name', await authority.issue({ spiffeId }), 'peer_untrusted'],
    ]
    const outcomes: [string, string, string][] = []
    for (const [name, identity] of shown) {
      fake.show(identity)
      const before = fake.heard
      outcomes.push([name, await dial(), fake.heard.slice(before.length)])
    }
    expect(outcomes).toEqual(shown.map(([name, , code]) => [name, code, '']))
  })

  test("an agent does not go on with another gateway's certificate either, and does with the right one", async () => {
    const other = ofGateway(joined)
    // The place of the testbed's own gateway, taken by one that the organization let in as another.
    await gateway.stop()
    const impostor = await fakeGateway(gateway.port, other)
    closes.push(() => impostor.close())
    const { agent } = testbed.owner
    const link = async (id: string) => (await agent.local.call('status', {})).gateways.find((one) => one.id === id)
    const { id } = await client.gateway(gateway.port)
    await waitFor(() => impostor.attempts > 1, { description: 'the agent to try', timeoutMs: 120_000 })
    expect(impostor.heard).toBe('')
    expect((await link(id))?.connected).toBe(false)

    await impostor.close()
    gateway = await testbed.restartGateway(gateway)
    await agent.listening('shop-db/read-only')
    await waitFor(async () => (await link(id))?.connected, { description: 'the agent to connect', timeoutMs: 120_000 })
  })
})

describe('at the API', () => {
  test('a client certificate is none of a gateway, and a revoked gateway is none any more', async () => {
    expect((await joined.attempt('getGatewayTrustBundle')).code).toBeNull()
    const impostor = await knockApi(ofClient(client))
    expect(impostor).toMatch(/certificate_invalid|identity_mismatch/)
    await testbed.owner.agent.api('revokeGateway', { parameters: { gateway: joined.id } })
    expect((await joined.attempt('getGatewayTrustBundle')).code).toBe('certificate_revoked')
    await expect(client.gateway(joinedEntry.address!.port)).rejects.toThrow(/no gateway/)
  })

  /** Asks the listener for gateways for what they ask first, with whatever certificate, signed by its key. */
  const knockApi = async (shown: Shown): Promise<string | null> => {
    const ca = client.apiAuthority!
    const sender = createHttpsSender({ ca, clientCertificate: () => shown })
    const signers = [{ label: 'gateway', signer: client.keys.session.signer }] as const
    const call = await joined.sign('getGatewayTrustBundle', undefined, { signers })
    const answer = await sender.send(call, {})
    sender.close()
    return (JSON.parse(Buffer.from(answer.body).toString()) as { error?: { code: string } }).error?.code ?? null
  }
})

describe('a certificate that has ended', () => {
  test('is refused, and so is the TLS session that began with it', async () => {
    /** Somebody whose certificate ends soon, and the TLS session of their first connection: certificates end with sessions. */
    const endingIn = async (milliseconds: number): Promise<{ readonly early: RawClient; readonly session: Buffer | null }> => {
      const early = await enrol(`early-${milliseconds}`)
      const endSessionIn = (time: number) =>
        centralSql(testbed.central.database!.url('superuser'), 'update sessions set expires_at = $1 where id = $2', [
          new Date(Date.now() + time),
          early.session,
        ])
      await endSessionIn(milliseconds)
      const isRenewed = await early.renew().then(
        () => true,
        () => false,
      )
      await endSessionIn(3_600_000)
      const knocked = isRenewed ? await knock(gateway.port, ofClient(early)) : null
      // It was over before it was shown: with more time, then.
      return knocked?.outcome === 'open' ? { early, session: knocked.session } : endingIn(2 * milliseconds)
    }
    const { early, session } = await endingIn(8_000)
    const ends = Date.parse(early.material.certificateExpiresAt)
    await waitFor(() => Date.now() > ends + 1_000, { description: 'the certificate to end', timeoutMs: 120_000 })
    expect((await knock(gateway.port, ofClient(early))).outcome).toBe('hang-up')
    const resuming = session ? { session } : {}
    expect(await knock(gateway.port, { ...ofClient(early), ...resuming })).toMatchObject({ resumed: false, outcome: 'hang-up' })
    expect(await knock(gateway.port, resuming)).toMatchObject({ resumed: false, outcome: 'alert certificate required' })
    // It was the end of the certificate only: renewed, the same session of the same key is let in.
    await early.renew()
    expect((await knock(gateway.port, ofClient(early))).outcome).toBe('open')
  })
})
