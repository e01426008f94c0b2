import { once } from 'node:events'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { type ConnectionOptions, type TLSSocket, connect, createServer } from 'node:tls'
import { makeAuthority, waitFor } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { MuxSession } from '../mux/session.ts'
import { GATEWAY_ID, SESSION_ID } from '../testing/channels.ts'
import { type TestGateway, receiveText, testGateway } from '../testing/gateway.ts'
import { readSpiffeId } from '../tls/tls-identity.ts'

/** A bare TLS connection to the gateway, or the error that ended it. */
async function tlsTo(gateway: TestGateway, options: ConnectionOptions): Promise<TLSSocket | Error> {
  const socket = connect({ host: '127.0.0.1', port: gateway.listener.port, ...options })
  return new Promise((resolve) => {
    socket.once('error', resolve)
    // TLS 1.3: the server's judgement of our certificate comes after our side is done.
    socket.once('secureConnect', () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))
    socket.once('data', () => resolve(socket))
  })
}

describe('refusals before the upgrade', () => {
  test('the answer of authorize reaches the dialler with its status, code and message', async () => {
    await using gateway = await testGateway({
      authorize: async () => ({ ok: false, status: 403, code: 'session_revoked', message: 'This session was revoked.' }),
    })
    const refusal = { status: 403, code: 'session_revoked', message: 'This session was revoked.' }
    await expect(gateway.dial()).rejects.toMatchObject({ code: 'refused', refusal })
    expect(gateway.channels).toEqual([])
    expect(gateway.refused).toMatchObject([{ code: 'session_revoked', remoteAddress: '127.0.0.1' }])
  })

  test('authorize sees the verified certificate, its chain, the address and the request', async () => {
    const seen: unknown[] = []
    await using gateway = await testGateway({
      authorize: async (peer, upgrade) => {
        seen.push(readSpiffeId(peer.certificate), peer.chain.length, peer.remoteAddress, upgrade.url, upgrade.headers['x-test'])
        return { ok: true, context: null }
      },
    })
    const channel = await gateway.dial({ path: '/connect?x=1', headers: { 'x-test': 'yes' } })
    expect(seen).toEqual([SESSION_ID, 2, '127.0.0.1', '/connect?x=1', 'yes'])
    channel.destroy()
  })

  test('an authorize that fails refuses without saying why', async () => {
    await using gateway = await testGateway({ authorize: () => Promise.reject(new Error('secret detail')) })
    const failure = await gateway.dial().catch((error: unknown) => error)
    expect(failure).toMatchObject({ refusal: { status: 500, code: 'internal_error' } })
    expect(JSON.stringify(failure)).not.toContain('secret')
  })

  test('a plain request is told that this is a WebSocket', async () => {
    await using gateway = await testGateway()
    const tls = await gateway.identity()
    const asked = request({ host: '127.0.0.1', port: gateway.listener.port, ...tls })
    asked.end()
    const [response] = (await once(asked, 'response')) as [{ statusCode: number } & AsyncIterable<Buffer>]
    let body = ''
    for await (const chunk of response) body += chunk.toString()
    expect(response.statusCode).toBe(426)
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'upgrade_required' } })
  })

  test.each([
    { name: 'another version', change: { 'sec-websocket-version': '8' }, status: 426, code: 'upgrade_required' },
    { name: 'a malformed key', change: { 'sec-websocket-key': 'short' }, status: 400, code: 'handshake_invalid' },
    { name: 'another subprotocol', change: { 'sec-websocket-protocol': 'v0' }, status: 400, code: 'subprotocol_unknown' },
    { name: 'another upgrade', change: { upgrade: 'h2c' }, status: 426, code: 'upgrade_required' },
  ])('$name is refused', async ({ change, status, code }) => {
    await using gateway = await testGateway()
    const asked = request({
      host: '127.0.0.1',
      port: gateway.listener.port,
      ...(await gateway.identity()),
      headers: {
        'connection': 'Upgrade',
        'upgrade': 'websocket',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'sallyport.v1',
        ...change,
      },
    })
    asked.end()
    const [response] = (await once(asked, 'response')) as [{ statusCode: number }]
    expect(response.statusCode).toBe(status)
    await expect.poll(() => gateway.refused).toMatchObject([{ code }])
  })

  test('headers that are too large are refused', async () => {
    await using gateway = await testGateway()
    await expect(gateway.dial({ headers: { 'x-large': 'x'.repeat(10_000) } })).rejects.toMatchObject({ code: 'refused' })
    expect(gateway.refused).toMatchObject([{ code: 'request_invalid' }])
  })
})

describe('refusals by TLS', () => {
  test('no certificate', async () => {
    await using gateway = await testGateway()
    const outcome = await tlsTo(gateway, { ca: gateway.authority.ca })
    expect(outcome).toMatchObject({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })
  })

  test.each([
    ['an expired certificate', { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) }],
    [
      'a certificate that is not valid yet',
      { notBefore: new Date(Date.now() + 3_600_000), notAfter: new Date(Date.now() + 7_200_000) },
    ],
    ['a certificate for servers only', { usages: ['server' as const] }],
  ])('%s', async (_name, issue) => {
    await using gateway = await testGateway()
    const failure: unknown = await gateway.dial({ tls: await gateway.identity(issue) }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'TransportError' })
    expect(gateway.channels).toEqual([])
  })

  test('a certificate of another authority', async () => {
    await using gateway = await testGateway()
    const stranger = await makeAuthority()
    const leaf = await stranger.issue({ spiffeId: SESSION_ID })
    const failure: unknown = await gateway
      .dial({ tls: { key: leaf.key, cert: leaf.cert, ca: gateway.authority.ca } })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'TransportError' })
    expect(gateway.channels).toEqual([])
  })

  test('TLS 1.2', async () => {
    await using gateway = await testGateway()
    const outcome = await tlsTo(gateway, { ...(await gateway.identity()), maxVersion: 'TLSv1.2' })
    expect(outcome).toBeInstanceOf(Error)
    expect(gateway.refused).toMatchObject([{ code: 'tls_failed' }])
  })

  test('a peer without the hybrid group, where only that is allowed', async () => {
    await using gateway = await testGateway({ groups: 'X25519MLKEM768' })
    const tls = await gateway.identity()
    expect(await tlsTo(gateway, { ...tls, ecdhCurve: 'X25519' })).toBeInstanceOf(Error)
    const channel = await gateway.dial({ tls: { ...tls, groups: 'X25519MLKEM768' } })
    channel.destroy()
  })

  test('the hybrid group is what both sides choose by default', async () => {
    await using gateway = await testGateway()
    const socket = (await tlsTo(gateway, { ...(await gateway.identity()), ecdhCurve: 'X25519MLKEM768:X25519' })) as TLSSocket
    expect(socket.getProtocol()).toBe('TLSv1.3')
    // Node does not name hybrid groups: a classical choice would be named here.
    expect(JSON.stringify(socket.getEphemeralKeyInfo())).not.toMatch(/"name":"X25519"/)
    socket.destroy()
  })

  test('a resumed session is never accepted as one: the handshake is done anew', async () => {
    await using gateway = await testGateway()
    const tls = await gateway.identity()
    expect(await resumes(gateway.listener.port, tls)).toBe(false)
    // That this would notice: a server with Node's defaults does resume.
    const own = await gateway.identity({ ipAddresses: ['127.0.0.1'] })
    const ordinary = createServer({ ...own, requestCert: true }, (socket) => socket.once('data', () => socket.write('x')))
    ordinary.listen(0, '127.0.0.1')
    await once(ordinary, 'listening')
    expect(await resumes((ordinary.address() as { port: number }).port, tls)).toBe(true)
    ordinary.close()
  })
})

/** Whether a second connection with the session of a first one is a resumption. */
async function resumes(port: number, tls: ConnectionOptions): Promise<boolean> {
  const options = { host: '127.0.0.1', port, ...tls }
  const first = connect(options)
  first.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(first, 'data')
  const session = first.getSession()
  first.destroy()
  if (session === undefined) throw new Error('no session to resume')
  const second = connect({ ...options, session })
  await once(second, 'secureConnect')
  const reused = second.isSessionReused()
  second.on('error', () => undefined).destroy()
  return reused
}

describe('limits of a listener', () => {
  test('connections that never become a channel are bounded in number and time', async () => {
    await using gateway = await testGateway({ limits: { maxPendingHandshakes: 2, handshakeTimeoutMs: 1000 } })
    const idle = [1, 2, 3].map(() => connectTcp({ host: '127.0.0.1', port: gateway.listener.port }).on('error', () => undefined))
    await waitFor(() => gateway.refused.find(({ code }) => code === 'too_many_handshakes'), { description: 'the third' })
    await waitFor(() => gateway.refused.filter(({ code }) => code === 'handshake_timeout').length === 2, {
      description: 'the others',
    })
    const channel = await gateway.dial()
    expect(gateway.channels).toHaveLength(1)
    for (const socket of idle) socket.destroy()
    channel.destroy()
  })

  test('a finished TLS handshake without a request does not hold its place', async () => {
    await using gateway = await testGateway({ limits: { maxPendingHandshakes: 1, handshakeTimeoutMs: 10_000 } })
    const socket = connect({
      host: '127.0.0.1',
      port: gateway.listener.port,
      ...(await gateway.identity()),
    })
    await once(socket, 'secureConnect')
    await expect(gateway.dial()).rejects.toMatchObject({ name: 'TransportError' })
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
    const channel = await waitFor(() => gateway.dial(), { description: 'the place to be free' })
    channel.destroy()
  })

  test('a slow authorize counts against the time', async () => {
    await using gateway = await testGateway({
      authorize: () => new Promise(() => undefined),
      limits: { handshakeTimeoutMs: 200 },
    })
    await expect(gateway.dial()).rejects.toMatchObject({ name: 'TransportError' })
    expect(gateway.refused).toMatchObject([{ code: 'handshake_timeout' }])
  })

  test('one address cannot open connections without end', async () => {
    await using gateway = await testGateway({ limits: { connectionBurstPerAddress: 2, connectionsPerSecondPerAddress: 0.001 } })
    const tls = await gateway.identity()
    const channels = [await gateway.dial({ tls }), await gateway.dial({ tls })]
    await expect(gateway.dial({ tls })).rejects.toMatchObject({ name: 'TransportError' })
    expect(gateway.refused).toMatchObject([{ code: 'rate_exceeded' }])
    for (const channel of channels) channel.destroy()
  })

  test('open channels are limited, with an answer', async () => {
    await using gateway = await testGateway({ limits: { maxConnections: 1 } })
    const channel = await gateway.dial()
    await expect(gateway.dial()).rejects.toMatchObject({ refusal: { status: 503, code: 'too_many_connections' } })
    channel.destroy()
    const next = await waitFor(() => gateway.dial(), { description: 'the place to be free' })
    next.destroy()
  })

  test('bytes that are no TLS are refused', async () => {
    await using gateway = await testGateway()
    const socket = connectTcp({ host: '127.0.0.1', port: gateway.listener.port })
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\n\r\n')
    await once(socket, 'close')
    expect(gateway.refused).toMatchObject([{ code: 'tls_failed' }])
  })
})

describe('the life of a listener', () => {
  test('a new certificate is shown to new connections and drops none', async () => {
    await using gateway = await testGateway()
    const tls = await gateway.identity()
    const channel = await gateway.dial({ tls })
    const client = new MuxSession(channel, { role: 'client' })
    const server = new MuxSession(gateway.channels[0]!, { role: 'server', onStream: (stream) => void stream.pipe(stream) })
    const renewed = await gateway.authority.issue({ spiffeId: GATEWAY_ID, name: 'renewed' })
    gateway.listener.setIdentity({ ...renewed, ca: gateway.authority.ca })
    let shown: Buffer | undefined
    const second = await gateway.dial({ tls, verifyPeer: ({ certificate }) => (shown = certificate) })
    expect(shown?.equals(renewed.raw)).toBe(true)
    const stream = client.openStream()
    stream.write('still open')
    expect(((await once(stream, 'data')) as [Buffer])[0].toString()).toBe('still open')
    client.close()
    await server.closed
    second.destroy()
  })

  test('closing frees the port and cuts the channels', async () => {
    const gateway = await testGateway()
    const channel = await gateway.dial()
    const cut = receiveText(channel, 1).catch((error: unknown) => error)
    await gateway.listener.close()
    expect(await cut).toBeInstanceOf(Error)
    await expect(gateway.dial()).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('a port that is taken is reported', async () => {
    await using gateway = await testGateway()
    await expect(testGateway({ port: gateway.listener.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
