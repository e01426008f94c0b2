/** A listener and what it takes to dial it, for tests of the WebSocket. */
import { type IssueOptions, type TestAuthority, makeAuthority } from '@sallyport/testkit'
import type { ByteChannel } from '../channel/byte-channel.ts'
import { dialWebSocket } from '../websocket/dial.ts'
import { listenWebSocket } from '../websocket/listen.ts'
import type { DialOptions, ListenOptions, RefusedConnection, WebSocketListener } from '../websocket/types.ts'
import { GATEWAY_ID, SESSION_ID } from './channels.ts'

export interface TestGateway extends AsyncDisposable {
  readonly authority: TestAuthority
  readonly listener: WebSocketListener
  readonly channels: ByteChannel[]
  readonly refused: RefusedConnection[]
  /** What a session with this certificate shows and trusts. */
  identity(options?: IssueOptions): Promise<{ key: string; cert: string; ca: string }>
  dial(options?: Partial<DialOptions>): Promise<ByteChannel>
}

type Overrides = Partial<ListenOptions<null>> & { readonly certificate?: IssueOptions; readonly groups?: string }

export async function testGateway(options: Overrides = {}): Promise<TestGateway> {
  const { certificate, groups, ...overrides } = options
  const authority = await makeAuthority()
  const channels: ByteChannel[] = []
  const refused: RefusedConnection[] = []
  const leaf = await authority.issue({ spiffeId: GATEWAY_ID, ipAddresses: ['127.0.0.1'], ...certificate })
  const listener = await listenWebSocket<null>({
    host: '127.0.0.1',
    port: 0,
    tls: { ...leaf, ca: authority.ca, ...(groups === undefined ? {} : { groups }) },
    authorize: async () => ({ ok: true, context: null }),
    onConnection: (channel) => channels.push(channel),
    onRefused: (connection) => refused.push(connection),
    ...overrides,
  })
  const identity = async (issue: IssueOptions = {}) => {
    const { key, cert } = await authority.issue({ spiffeId: SESSION_ID, ...issue })
    return { key, cert, ca: authority.ca }
  }
  return {
    authority,
    listener,
    channels,
    refused,
    identity,
    dial: async (dial = {}) =>
      dialWebSocket({
        host: '127.0.0.1',
        port: listener.port,
        tls: dial.tls ?? (await identity()),
        expectedIdentity: GATEWAY_ID,
        ...dial,
      }),
    [Symbol.asyncDispose]: () => listener.close(),
  }
}

/** The first bytes of a channel, until the text is there; starts the channel. */
export function receiveText(channel: ByteChannel, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    channel.start({
      onData: (chunk, start, end) => {
        text += chunk.toString('latin1', start, end)
        if (text.length >= length) resolve(text)
      },
      onEnd: () => reject(new Error(`ended after ${JSON.stringify(text)}`)),
      onClose: (error) => reject(error ?? new Error('closed')),
    })
  })
}

export function sendText(channel: ByteChannel, text: string): Promise<void> {
  const buffer = Buffer.alloc(channel.headroom + text.length)
  buffer.write(text, channel.headroom, 'latin1')
  return new Promise((resolve) => channel.write({ buffer, start: channel.headroom, end: buffer.length }, resolve))
}
