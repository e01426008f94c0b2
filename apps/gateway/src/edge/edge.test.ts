import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { formatIdentity } from '@sallyport/protocol'
import { TransportError } from '@sallyport/transport'
import { waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Authority, issue, makeAuthority, toPem } from '../testing/authority.ts'
import { openStream, playAgent, type PlayedAgent } from '../testing/played-agent.ts'
import { type PlayedApi, playApi } from '../testing/played-api.ts'
import { addCredential, startGateway, type TestGateway } from '../testing/running-gateway.ts'

let api: PlayedApi
let gateway: TestGateway
let agent: PlayedAgent
const HOUR = 3_600_000
/** Node judges a chain after the handshake and hangs up without an alert. */
const HANG_UP = 'unreachable'

beforeAll(async () => {
  api = await playApi()
  gateway = await startGateway(api)
  await waitFor(() => api.applied.length > 0, { description: 'the first snapshot to be applied' })
  agent = await playAgent(api)
})
afterAll(async () => {
  await gateway.close()
  await api.close()
})

/** The code of a refusal before the upgrade, or of a TLS alert. */
const refusalOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TransportError)) throw new Error('it was not refused', { cause: error })
  return error.refusal?.code ?? error.code
}

/** TLS with a certificate of the agent's session, without the rest. */
const rawTls = async (options: ConnectionOptions, issuer: Authority = api.issuer): Promise<TLSSocket> => {
  const name = {
    type: 'url',
    value: formatIdentity({ trustDomain: api.trustDomain, kind: 'session', id: agent.session }),
  } as const
  const leaf = await issue(issuer, { publicKey: agent.sessionKey.publicKey, name })
  return connect({
    host: '127.0.0.1',
    port: gateway.port,
    key: agent.sessionKey.pem,
    cert: toPem(leaf) + toPem(issuer.der),
    ca: toPem(api.root.der),
    // tls-verification: these tests look at what the gateway refuses; its own identity is checked by the others
    rejectUnauthorized: false,
    ...options,
  })
}

/** Sends an upgrade request and returns the first line of the answer, or the TLS error. */
const upgrade = async (socket: TLSSocket, path = '/'): Promise<string> => {
  const request = [
    `GET ${path} HTTP/1.1`,
    'host: gateway',
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-protocol: sallyport.v1',
  ]
  socket.write(`${request.join('\r\n')}\r\n\r\n`)
  return new Promise((resolve) => {
    socket.once('data', (data: Buffer) => resolve(data.toString().split('\r\n')[0]!))
    socket.once('error', (error) => resolve(`error ${'code' in error ? String(error.code) : ''} ${error.message}`))
    socket.once('close', () => resolve('closed'))
  }).finally(() => socket.destroy()) as Promise<string>
}

describe('a client is let in', () => {
  test('with a valid certificate of its session', async () => {
    const mux = await agent.connect(gateway.port)
    expect(await mux.ping()).toBeGreaterThan(0)
    mux.close()
  })
})

describe('a client is refused before the upgrade is answered', () => {
  test.each<[string, Parameters<PlayedAgent['dial']>[1], string]>([
    [
      'with an expired certificate',
      { notBefore: new Date(Date.now() - 2 * HOUR), notAfter: new Date(Date.now() - HOUR) },
      HANG_UP,
    ],
    [
      'with one that is not valid yet',
      { notBefore: new Date(Date.now() + HOUR), notAfter: new Date(Date.now() + 2 * HOUR) },
      HANG_UP,
    ],
    ['with one of another trust domain', { trustDomain: 'other.sallyport.example' }, 'identity_mismatch'],
    ['with one of a gateway', { kind: 'gateway' }, 'identity_mismatch'],
  ])('%s', async (_, change, code) => {
    expect(await refusalOf(agent.dial(gateway.port, change))).toBe(code)
  })

  test('with a certificate of another organization', async () => {
    const issuer = await makeAuthority('another organization')
    expect(await refusalOf(agent.dial(gateway.port, { issuer }))).toBe(HANG_UP)
  })

  test('with one that the root signed, but no issuer of the trust bundle', async () => {
    const issuer = await makeAuthority('an issuer that was withdrawn', api.root)
    expect(await refusalOf(agent.dial(gateway.port, { issuer }))).toBe('certificate_invalid')
  })

  test('with one that the root itself signed', async () => {
    expect(await refusalOf(agent.dial(gateway.port, { issuer: api.root }))).toBe('certificate_invalid')
  })

  test.each(['session_revoked', 'device_state_stale'])('when its session was revoked, with the code: %s', async (code) => {
    const revoked = await playAgent(api)
    const number = api.revoke('session', revoked.session, code)
    await waitFor(() => api.applied.includes(number), { description: 'the revocation to be applied' })
    expect(await refusalOf(revoked.dial(gateway.port))).toBe(code)
  })

  test.each(['device', 'user'] as const)('when the %s of a session that is known here was revoked', async (kind) => {
    const revoked = await playAgent(api)
    const mux = await revoked.connect(gateway.port)
    await openStream(mux, await revoked.makeTicket(addCredential(api).id))
    const number = api.revoke(kind, revoked[kind], 'device_revoked')
    await waitFor(() => api.applied.includes(number), { description: 'the revocation to be applied' })
    expect(await refusalOf(revoked.dial(gateway.port))).toBe('device_revoked')
  })

  test('on a path that is not there', async () => {
    const socket = await rawTls({})
    expect(await upgrade(socket, '/somewhere')).toBe('HTTP/1.1 404 Not Found')
  })
})

describe('TLS', () => {
  test('1.2 is refused', async () => {
    const socket = await rawTls({ maxVersion: 'TLSv1.2' })
    expect(await upgrade(socket)).toMatch(/^error .*alert protocol version/i)
  })

  test('without a client certificate is refused', async () => {
    const socket = await rawTls({ key: undefined, cert: undefined })
    expect(await upgrade(socket)).toMatch(/^error .*CERTIFICATE_REQUIRED|^closed/i)
  })

  test('prefers the post-quantum hybrid group', async () => {
    const socket = await rawTls({})
    await once(socket, 'secureConnect')
    expect(socket.getEphemeralKeyInfo()).toMatchObject({ name: expect.stringMatching(/X25519MLKEM768/i) })
    socket.destroy()
  })

  test('is never resumed', async () => {
    const first = await rawTls({})
    const given = once(first, 'session') as Promise<[Buffer]>
    await once(first, 'secureConnect')
    expect(await upgrade(first)).toBe('HTTP/1.1 101 Switching Protocols')
    const [session] = await given
    const again = await rawTls({ session })
    await once(again, 'secureConnect')
    expect(again.isSessionReused()).toBe(false)
    again.destroy()
  })
})

describe('a connection', () => {
  test('closes when its certificate ends', async () => {
    const channel = await agent.dial(gateway.port, { notAfter: new Date(Date.now() + 8_000) })
    const closed = new Promise((resolve) => channel.start({ onData: () => undefined, onEnd: () => undefined, onClose: resolve }))
    expect(await closed).toBeNull()
  })

  test('is limited to a few per session', async () => {
    const greedy = await playAgent(api)
    const channels = await Promise.all(Array.from({ length: 16 }, () => greedy.dial(gateway.port)))
    expect(await refusalOf(greedy.dial(gateway.port))).toBe('limit_reached')
    for (const channel of channels) channel.start({ onData: () => undefined, onEnd: () => undefined, onClose: () => undefined })
    for (const channel of channels) channel.destroy()
    await waitFor(
      async () => {
        const channel = await greedy.dial(gateway.port)
        channel.start({ onData: () => undefined, onEnd: () => undefined, onClose: () => undefined })
        channel.destroy()
        return true
      },
      { description: 'room for another' },
    )
  })
})

describe('the gateway', () => {
  test('takes a new issuer from the trust bundle, without a restart', async () => {
    const issuer = await makeAuthority('the next issuer', api.root)
    expect(await refusalOf(agent.dial(gateway.port, { issuer }))).toBe('certificate_invalid')
    await api.publishBundle({ issuers: [api.issuer, issuer] })
    const channel = await waitFor(() => agent.dial(gateway.port, { issuer }), { description: 'the new issuer to be taken' })
    channel.start({ onData: () => undefined, onEnd: () => undefined, onClose: () => undefined })
    channel.destroy()
  })

  test('keeps the newest trust bundle when it is shown an older one', async () => {
    await api.publishBundle({ issuers: [api.issuer] })
    await waitFor(() => agent.dial(gateway.port), { description: 'the bundle to be taken' })
    const issuer = await makeAuthority('an older issuer', api.root)
    await api.publishBundle({ issuers: [issuer], number: 1 })
    expect(await refusalOf(agent.dial(gateway.port, { issuer }))).toBe('certificate_invalid')
  })

  test('is refused by a client that expected another', async () => {
    const elsewhere = { ...api, gateway: () => randomUUID() }
    const other = await playAgent(elsewhere)
    expect(await refusalOf(other.dial(gateway.port))).toBe('identity_mismatch')
  })
})
