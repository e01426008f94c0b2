/** RFC 6455 spoken with another implementation: the ws library in both roles. */
import { once } from 'node:events'
import { createServer } from 'node:https'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { makeAuthority } from '@sallyport/testkit'
import { pattern } from '../testing/bytes.ts'
import { GATEWAY_ID, SESSION_ID } from '../testing/channels.ts'
import { receiveText, sendText, testGateway } from '../testing/gateway.ts'
import { dialWebSocket } from './dial.ts'
import { SUBPROTOCOL } from './types.ts'

describe('our listener with a client of the ws library', () => {
  async function connected() {
    const gateway = await testGateway()
    const { key, cert, ca } = await gateway.identity()
    const client = new WebSocket(`wss://127.0.0.1:${gateway.listener.port}/`, SUBPROTOCOL, {
      key,
      cert,
      ca,
    })
    await once(client, 'open')
    return { gateway, client, channel: gateway.channels[0]!, [Symbol.asyncDispose]: () => gateway.listener.close() }
  }

  test('masked messages of all length forms arrive as one run of bytes', async () => {
    await using pair = await connected()
    const parts = [1, 125, 126, 65_535, 65_536, 300_000].map((length, index) => pattern(length, index))
    for (const part of parts) pair.client.send(part)
    const whole = Buffer.concat(parts).toString('latin1')
    expect((await receiveText(pair.channel, whole.length)) === whole).toBe(true)
  })

  test('our messages arrive', async () => {
    await using pair = await connected()
    receiveText(pair.channel, 1).catch(() => undefined)
    const message = once(pair.client, 'message')
    await sendText(pair.channel, 'x'.repeat(70_000))
    const [data, isBinary] = (await message) as [Buffer, boolean]
    expect([data.length, isBinary]).toEqual([70_000, true])
  })

  test('pings are answered', async () => {
    await using pair = await connected()
    receiveText(pair.channel, 1).catch(() => undefined)
    const pong = once(pair.client, 'pong')
    pair.client.ping('are you there')
    expect(((await pong) as [Buffer])[0].toString()).toBe('are you there')
  })

  test('closing is orderly from either side', async () => {
    await using first = await connected()
    const ended = receiveText(first.channel, 1).catch((error: unknown) => String(error))
    first.client.close(1000)
    expect((await once(first.client, 'close'))[0]).toBe(1000)
    expect(await ended).toMatch(/ended/)
    await using second = await connected()
    receiveText(second.channel, 1).catch(() => undefined)
    const closed = once(second.client, 'close')
    second.channel.end()
    expect((await closed)[0]).toBe(1000)
  })

  test('text is refused with its close code', async () => {
    await using pair = await connected()
    receiveText(pair.channel, 1).catch(() => undefined)
    const closed = once(pair.client, 'close')
    pair.client.send('text')
    expect((await closed)[0]).toBe(1003)
  })
})

describe('our dialler with a server of the ws library', () => {
  test('bytes arrive both ways, fragments and pings included', async () => {
    const authority = await makeAuthority()
    const gateway = await authority.issue({ spiffeId: GATEWAY_ID })
    const https = createServer({ key: gateway.key, cert: gateway.cert, ca: authority.ca, requestCert: true })
    const server = new WebSocketServer({ server: https, perMessageDeflate: false })
    https.listen(0, '127.0.0.1')
    await once(https, 'listening')
    const accepted = once(server, 'connection') as Promise<[WebSocket]>
    const session = await authority.issue({ spiffeId: SESSION_ID })
    const channel = await dialWebSocket({
      host: '127.0.0.1',
      port: (https.address() as { port: number }).port,
      tls: { key: session.key, cert: session.cert, ca: authority.ca },
      expectedIdentity: GATEWAY_ID,
    })
    const [peer] = await accepted
    const message = once(peer, 'message') as Promise<[Buffer]>
    const received = receiveText(channel, 11)
    await sendText(channel, 'to the server')
    expect((await message)[0].toString()).toBe('to the server')
    const pong = once(peer, 'pong')
    peer.send(Buffer.from('hello'), { fin: false })
    peer.ping('p')
    peer.send(Buffer.from(' world'), { fin: true })
    expect(await received).toBe('hello world')
    await pong
    const closed = once(peer, 'close')
    channel.end()
    expect((await closed)[0]).toBe(1000)
    https.close()
  })
})
