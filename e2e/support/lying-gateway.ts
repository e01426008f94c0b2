/**
 * A gateway that clients trust as one, and that lies: asked for a relay, it says that it has it, and ends the TLS inside itself,
 * with whatever certificate and key it got hold of.
 */
import { encodeFramedJson, FramedJsonDecoder, streamHead } from '@sallyport/protocol'
import { acceptTls, listenWebSocket, MuxSession, type MuxStream, type TlsIdentity } from '@sallyport/transport'

export interface LyingGateway {
  /** Handshakes inside that began since the last `show`. */
  readonly attempts: number
  /** Bytes that were said to it inside. */
  readonly heard: number
  /** Shows another certificate inside from now on. */
  show(inner: TlsIdentity): void
  close(): Promise<void>
}

export const lyingGateway = async (port: number, own: TlsIdentity): Promise<LyingGateway> => {
  let inner = own
  let attempts = 0
  let heard = 0

  const pretend = async (stream: MuxStream): Promise<void> => {
    attempts += 1
    const { socket } = await acceptTls(stream, { tls: inner })
    socket.on('data', (chunk: Buffer) => (heard += chunk.length))
    socket.write(encodeFramedJson({ ok: true }))
  }
  const onStream = (stream: MuxStream): void => {
    const decoder = new FramedJsonDecoder(streamHead)
    const onData = (chunk: Buffer): void => {
      const head = decoder.push(chunk)
      if (head === null) return
      stream.off('data', onData).pause()
      stream.write(encodeFramedJson({ ok: true }))
      // Whom it does not convince hangs up.
      pretend(stream).catch(() => stream.destroy())
    }
    stream.on('data', onData)
  }
  const listener = await listenWebSocket({
    host: '127.0.0.1',
    port,
    tls: own,
    authorize: () => Promise.resolve({ ok: true, context: null }),
    onConnection: (channel) => new MuxSession(channel, { role: 'server', onStream }),
  })
  return {
    get attempts() {
      return attempts
    },
    get heard() {
      return heard
    },
    show: (next) => {
      inner = next
      attempts = 0
    },
    close: () => listener.close(),
  }
}
