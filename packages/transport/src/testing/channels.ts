/** The kinds of channel that the conformance tests run over. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { makeAuthority } from '@sallyport/testkit'
import type { ByteChannel } from '../channel/byte-channel.ts'
import { duplexChannel } from '../channel/duplex-channel.ts'
import { acceptTls, connectTls } from '../tls/secure-duplex.ts'
import { dialWebSocket } from '../websocket/dial.ts'
import { listenWebSocket } from '../websocket/listen.ts'

export interface ChannelPair {
  readonly client: ByteChannel
  readonly server: ByteChannel
  close(): Promise<void>
}

export const GATEWAY_ID = 'spiffe://tests.example/gateway/1'
export const SESSION_ID = 'spiffe://tests.example/session/1'

export const channelKinds: Readonly<Record<string, () => Promise<ChannelPair>>> = {
  memory: memoryPair,
  TCP: tcpPair,
  TLS: tlsPair,
  WebSocket: webSocketPair,
}

export async function memoryPair(): Promise<ChannelPair> {
  const [client, server] = duplexPair()
  return {
    client: duplexChannel(client),
    server: duplexChannel(server),
    close: async () => {
      client.destroy()
      server.destroy()
    },
  }
}

/** Two ends of one TCP connection on loopback. */
export async function socketPair(): Promise<{ client: Socket; server: Socket }> {
  const listener = createServer({ allowHalfOpen: true, noDelay: true })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address() as { port: number }
  const client = connect({ host: '127.0.0.1', port: address.port, allowHalfOpen: true, noDelay: true })
  const [server] = (await once(listener, 'connection')) as [Socket]
  listener.close()
  return { client, server }
}

async function tcpPair(): Promise<ChannelPair> {
  const { client, server } = await socketPair()
  return overDuplexes(client, server)
}

async function tlsPair(): Promise<ChannelPair> {
  const { client, server } = await socketPair()
  const authority = await makeAuthority()
  const clientLeaf = await authority.issue({ spiffeId: SESSION_ID })
  const serverLeaf = await authority.issue({ spiffeId: GATEWAY_ID })
  const [accepted, connected] = await Promise.all([
    acceptTls(server, { tls: { ...serverLeaf, ca: authority.ca } }),
    connectTls(client, { tls: { ...clientLeaf, ca: authority.ca }, expectedIdentity: GATEWAY_ID }),
  ])
  return overDuplexes(connected, accepted.socket)
}

function overDuplexes(client: Duplex, server: Duplex): ChannelPair {
  return {
    client: duplexChannel(client),
    server: duplexChannel(server),
    close: async () => {
      client.destroy()
      server.destroy()
    },
  }
}

async function webSocketPair(): Promise<ChannelPair> {
  const authority = await makeAuthority()
  const accepted = Promise.withResolvers<ByteChannel>()
  const listener = await listenWebSocket({
    host: '127.0.0.1',
    port: 0,
    tls: { ...(await authority.issue({ spiffeId: GATEWAY_ID })), ca: authority.ca },
    authorize: async () => ({ ok: true, context: null }),
    onConnection: accepted.resolve,
  })
  const client = await dialWebSocket({
    host: '127.0.0.1',
    port: listener.port,
    tls: { ...(await authority.issue({ spiffeId: SESSION_ID })), ca: authority.ca },
    expectedIdentity: GATEWAY_ID,
  })
  return {
    client,
    server: await accepted.promise,
    close: async () => {
      client.destroy()
      await listener.close()
    },
  }
}
