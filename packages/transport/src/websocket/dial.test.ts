import { once } from 'node:events'
import { createServer } from 'node:net'
import { createServer as createHttps } from 'node:https'
import { createServer as createTls } from 'node:tls'
import { freePort, makeAuthority } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { GATEWAY_ID, SESSION_ID } from '../testing/channels.ts'
import { receiveText, sendText, testGateway } from '../testing/gateway.ts'

describe('dialling a gateway', () => {
  test('opens a channel that carries bytes both ways', async () => {
    await using gateway = await testGateway()
    const channel = await gateway.dial()
    const received = receiveText(channel, 5)
    await sendText(channel, 'to gateway')
    expect(await receiveText(gateway.channels[0]!, 10)).toBe('to gateway')
    await sendText(gateway.channels[0]!, 'reply')
    expect(await received).toBe('reply')
    channel.destroy()
  })

  test('a certificate of another gateway is refused, although the same authority issued it', async () => {
    await using gateway = await testGateway({ certificate: { spiffeId: 'spiffe://tests.example/gateway/2' } })
    await expect(gateway.dial()).rejects.toMatchObject({ code: 'identity_mismatch' })
    expect(gateway.channels).toEqual([])
  })

  test.each<[string, { spiffeId?: string[]; dnsNames?: string[] }]>([
    ['no name', { spiffeId: [], dnsNames: [] }],
    ['only a DNS name', { spiffeId: [], dnsNames: [GATEWAY_ID, 'localhost'] }],
    ['a second URI name', { spiffeId: [GATEWAY_ID, 'spiffe://tests.example/gateway/2'] }],
    ['a name that only begins like it', { spiffeId: [`${GATEWAY_ID}0`] }],
  ])('a certificate with %s is refused', async (_name, certificate) => {
    await using gateway = await testGateway({ certificate })
    await expect(gateway.dial()).rejects.toMatchObject({ code: 'identity_mismatch' })
  })

  test('a certificate of an unknown authority is refused', async () => {
    await using gateway = await testGateway()
    const stranger = await makeAuthority()
    const tls = { ...(await gateway.identity()), ca: stranger.ca }
    await expect(gateway.dial({ tls })).rejects.toMatchObject({ code: 'peer_untrusted' })
  })

  test('an expired certificate is refused', async () => {
    const certificate = { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) }
    await using gateway = await testGateway({ certificate })
    await expect(gateway.dial()).rejects.toMatchObject({ code: 'peer_untrusted' })
  })

  test('a certificate for clients only does not make a gateway', async () => {
    await using gateway = await testGateway({ certificate: { usages: ['client'] } })
    await expect(gateway.dial()).rejects.toMatchObject({ code: 'peer_untrusted' })
  })

  test('the caller may refuse a certificate, for its own reason', async () => {
    await using gateway = await testGateway()
    const seen: number[] = []
    const verifyPeer = ({ chain }: { chain: readonly Buffer[] }): void => {
      seen.push(chain.length)
      throw new Error('revoked')
    }
    await expect(gateway.dial({ verifyPeer })).rejects.toMatchObject({ code: 'identity_mismatch', cause: { message: 'revoked' } })
    expect(seen).toEqual([2])
  })

  test('a server that speaks TLS 1.2 at most is refused', async () => {
    const authority = await makeAuthority()
    const leaf = await authority.issue({ spiffeId: GATEWAY_ID })
    const old = createTls({ key: leaf.key, cert: leaf.cert, maxVersion: 'TLSv1.2' })
    old.on('tlsClientError', () => undefined)
    old.listen(0, '127.0.0.1')
    await once(old, 'listening')
    await using gateway = await testGateway()
    const port = (old.address() as { port: number }).port
    await expect(gateway.dial({ port })).rejects.toMatchObject({ code: 'tls_failed' })
    old.close()
  })

  test('a gateway that is not there is unreachable, one that is silent times out', async () => {
    await using gateway = await testGateway()
    await expect(gateway.dial({ port: await freePort() })).rejects.toMatchObject({ code: 'unreachable' })
    const silent = createServer()
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const port = (silent.address() as { port: number }).port
    await expect(gateway.dial({ port, timeoutMs: 150 })).rejects.toMatchObject({ code: 'dial_timeout' })
    silent.close()
  })

  test('dialling can be given up', async () => {
    await using gateway = await testGateway()
    const controller = new AbortController()
    const dialling = gateway.dial({ tls: await gateway.identity(), signal: controller.signal })
    controller.abort()
    await expect(dialling).rejects.toMatchObject({ code: 'aborted' })
    await expect(gateway.dial({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
  })

  test('an answer that is no WebSocket is refused', async () => {
    const authority = await makeAuthority()
    const leaf = await authority.issue({ spiffeId: GATEWAY_ID })
    const web = createHttps({ key: leaf.key, cert: leaf.cert })
    web.on('upgrade', (_request, socket) => {
      socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n',
      )
    })
    web.listen(0, '127.0.0.1')
    await once(web, 'listening')
    const session = await authority.issue({ spiffeId: SESSION_ID })
    await using gateway = await testGateway()
    const tls = { key: session.key, cert: session.cert, ca: authority.ca }
    const port = (web.address() as { port: number }).port
    await expect(gateway.dial({ tls, port })).rejects.toMatchObject({ code: 'handshake_invalid' })
    web.close()
  })
})
