/**
 * T1. Between client and gateway: mutually verified TLS 1.3, with a hybrid post-quantum key exchange preferred.
 *
 * The attacker stands on the path, or knocks by themselves with a good certificate of a client or without one: they offer what is
 * older or weaker, take the better offers out of what a client says, and show a chain that leads elsewhere. Nothing below TLS 1.3
 * may come about, nobody may get in without a certificate of this organization, and a real agent and a real gateway must agree on
 * X25519MLKEM768, as the bytes of their hellos show.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type ConnectionOptions, connect } from 'node:tls'
import { Testbed } from '@sallyport/testbed'
import { freePort, makeAuthority, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeGateway } from '../support/fake-gateway.ts'
import { knock } from '../support/knock.ts'
import { RawClient } from '../support/raw-client.ts'
import { RawGateway } from '../support/raw-gateway.ts'
import { toPem } from '../support/raw-key.ts'
import { psqlPrints } from '../support/run-psql.ts'
import { type Hello, TLS_1_2, TLS_1_3, X25519, X25519MLKEM768 } from '../support/tls-hello.ts'
import { type TlsTap, tlsTap } from '../support/tls-tap.ts'

let testbed: Testbed
let client: RawClient
let good: { readonly key: string; readonly cert: string }
let port: number
const closes: (() => Promise<void> | void)[] = []

beforeAll(async () => {
  testbed = await Testbed.start()
  port = testbed.gateways[0]!.port
  const { invitation } = await testbed.invite('client', { roles: ['shop: everything'] })
  client = await RawClient.enrol(invitation)
  closes.push(() => client.close())
  good = { key: client.keys.session.pem, cert: toPem(client.material.certificates) }
})
afterAll(async () => {
  for (const close of closes.reverse()) await close()
  await testbed.stop()
})

describe('a client with a good certificate', () => {
  test('is let in by TLS 1.3, with the hybrid key exchange unless it cannot', async () => {
    expect(await knock(port, good)).toMatchObject({ outcome: 'open', keyExchange: expect.stringMatching(/^X25519MLKEM768$/i) })
    expect(await knock(port, { ...good, ecdhCurve: 'X25519' })).toMatchObject({ outcome: 'open', keyExchange: 'X25519' })
    // Also when it would rather have the other.
    expect(await knock(port, { ...good, ecdhCurve: 'X25519:X25519MLKEM768' })).toMatchObject({
      outcome: 'open',
      keyExchange: expect.stringMatching(/^X25519MLKEM768$/i),
    })
  })

  test.each<[string, ConnectionOptions, string]>([
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'alert protocol version'],
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, 'alert protocol version'],
    ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }, 'alert protocol version'],
    ['a curve of another kind', { ecdhCurve: 'P-256' }, 'alert handshake failure'],
    ['finite fields', { ecdhCurve: 'ffdhe2048' }, 'alert handshake failure'],
    [
      'a cipher that hardly anybody uses',
      { ciphers: 'TLS_AES_128_CCM_SHA256', minVersion: 'TLSv1.3' },
      'alert handshake failure',
    ],
  ])('that offers only %s is refused by an alert', async (_name, options, outcome) => {
    expect((await knock(port, { ...good, ...options })).outcome).toBe(outcome)
  })
})

describe('a client without a certificate of this organization', () => {
  test('is refused by an alert when it shows none', async () => {
    expect((await knock(port, {})).outcome).toBe('alert certificate required')
  })

  test('is refused when its chain leads elsewhere, or begins elsewhere', async () => {
    const authority = await makeAuthority()
    const other = await authority.issue({ spiffeId: `spiffe://${client.trust.trustDomain}/session/${client.session}` })
    const [leaf = '', issuer = ''] = client.material.certificates
    const chained = { key: other.key, cert: `${other.cert}\n${toPem([issuer])}` }
    expect((await knock(port, other)).outcome).toBe('hang-up')
    expect((await knock(port, { key: other.key, cert: `${other.cert}\n${authority.ca}\n` })).outcome).toBe('hang-up')
    expect((await knock(port, chained)).outcome).toBe('hang-up')
    expect(() => connect({ port, ...good, cert: toPem([issuer, leaf]) })).toThrow(/key values mismatch/i)
    expect((await knock(port, good)).outcome).toBe('open')
  })
})

test('a gateway that is told to renews its certificate, shows it to who comes next, and goes on with who is there', async () => {
  const { program } = testbed.gateways[0]!
  const entry = await client.gateway(port)
  const dial = async () => {
    let certificate = Buffer.alloc(0)
    const mux = await client.dialGateway(entry, { verifyPeer: (peer) => (certificate = Buffer.from(peer.certificate)) })
    return { mux, certificate }
  }
  const before = await dial()
  program.kill('SIGHUP')
  await program.waitForLine(/"event":"certificate.renewed"/, { timeoutMs: 60_000 })
  expect((await dial()).certificate.equals(before.certificate)).toBe(false)
  expect(await before.mux.ping()).toBeGreaterThan(0)
})

describe('between a real agent and a real gateway', () => {
  const last = (tap: TlsTap) => tap.connections.at(-1)
  const person = () => testbed.owner.agent

  /** Makes agents reach the gateway through somebody on their path. */
  const standBetween = async (tap: TlsTap): Promise<void> => {
    const { id } = await client.gateway()
    const body = { address: { host: '127.0.0.1', port: tap.port } }
    await person().api('changeGateway', { parameters: { gateway: id }, body })
    await waitFor(() => last(tap)?.server, { description: 'the agent to dial', timeoutMs: 120_000 })
  }

  test('both offer and choose TLS 1.3 and X25519MLKEM768', async () => {
    const tap = await tlsTap(port)
    closes.push(() => tap.close())
    await standBetween(tap)
    expect(await psqlPrints(await person().url('shop-db/read-only'), 'select 1')).toBe('1')
    const { client: offered, server: chosen } = last(tap)!
    expect(offered?.versions).toEqual([TLS_1_3])
    expect(offered?.groups[0]).toBe(X25519MLKEM768)
    expect(offered?.keyShares[0]).toBe(X25519MLKEM768)
    expect(chosen).toMatchObject({ kind: 'server', versions: [TLS_1_3], keyShares: [X25519MLKEM768] })
  })

  const put = (value: number, places: readonly number[] | undefined, bytes: Buffer): void => {
    if (places === undefined || places.length === 0) throw new Error('the client does not say what is to be altered')
    for (const place of places) bytes.writeUInt16BE(value, place)
  }
  /** An id that nobody knows (RFC 8701). */
  const UNKNOWN = 0x1a1a
  test.each<[string, (bytes: Buffer, hello: Hello) => void, readonly (readonly number[] | undefined)[]]>([
    [
      'the hybrid group from its offers',
      (bytes, { places }) => put(UNKNOWN, places.groups.get(X25519MLKEM768), bytes),
      [[X25519], [TLS_1_3]],
    ],
    [
      'the version 1.3 from its offers',
      (bytes, { places }) => put(TLS_1_2, places.versions.get(TLS_1_3), bytes),
      [undefined, undefined],
    ],
    [
      'all versions from its offers',
      (bytes, { places }) => put(UNKNOWN, places.versions.get(TLS_1_3), bytes),
      [undefined, undefined],
    ],
  ])('nothing comes about when somebody takes %s', async (_what, alter, chosen) => {
    const tap = await tlsTap(port, { alter })
    const gateway = await client.gateway()
    const behind = { ...gateway, address: { host: '127.0.0.1', port: tap.port } }
    await expect(client.dialGateway(behind)).rejects.toMatchObject({ code: 'tls_failed' })
    // A gateway that is deceived answers; that the two saw different hellos shows before anything is said.
    expect([last(tap)?.server?.keyShares, last(tap)?.server?.versions]).toEqual(chosen)
    await tap.close()
    const honest = await tlsTap(port)
    await client.dialGateway({ ...gateway, address: { host: '127.0.0.1', port: honest.port } })
    await honest.close()
  })
})

describe('who stands where a gateway is expected, with its good certificate,', () => {
  test('is refused by clients when they speak TLS 1.2 or no TLS', async () => {
    const body = { name: 'old', sites: [testbed.site], address: { host: '127.0.0.1', port: await freePort() } }
    const joined = await RawGateway.join((await testbed.owner.agent.api('createJoinToken', { body })).token)
    closes.push(() => joined.close())
    const shown = { key: joined.key.pem, cert: toPem(joined.certificates) }
    const entry = await client.gateway(body.address.port)
    const dial = (timeoutMs = 60_000) => client.dialGateway(entry, { timeoutMs })

    const fake = await fakeGateway(body.address.port, shown)
    // TLS 1.3 is what it takes: each dial goes on to the upgrade, which nobody answers.
    const isHeard = async (): Promise<boolean> => {
      await expect(dial(3_000)).rejects.toMatchObject({ code: 'dial_timeout' })
      return fake.heard.includes('upgrade: websocket')
    }
    await waitFor(isHeard, { description: 'a client to go on' })
    const before = fake.heard
    fake.show({ ...shown, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
    await expect(dial()).rejects.toMatchObject({ code: 'tls_failed' })
    expect(fake.heard).toBe(before)
    await fake.close()

    const plain = createServer((_request, response) => response.end('welcome')).listen(body.address.port, '127.0.0.1')
    await once(plain, 'listening')
    await expect(dial()).rejects.toMatchObject({ code: 'tls_failed' })
    plain.close()
  })
})

describe('the listeners of the API', () => {
  test('speak TLS 1.3 and nothing below', async () => {
    for (const origin of [testbed.api.origin, testbed.api.gatewayOrigin]) {
      const listener = Number(new URL(origin).port)
      const below = await knock(listener, { ...good, maxVersion: 'TLSv1.2' })
      expect(below).toMatchObject({ outcome: 'alert protocol version', keyExchange: '' })
      expect((await knock(listener, good)).keyExchange).not.toBe('')
    }
  })
})
