/** Somebody on the path of a TLS connection, who reads the hellos and may change the client's. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Hello, readHello } from './tls-hello.ts'

export interface Tapped {
  client: Hello | null
  /** null when the server did not answer with one. */
  server: Hello | null
}

export interface TlsTap {
  readonly port: number
  /** One for each connection so far. */
  readonly connections: readonly Tapped[]
  close(): Promise<void>
}

export interface TlsTapOptions {
  /** Changes the client's first bytes in place, once its hello is there. */
  readonly alter?: (bytes: Buffer, hello: Hello) => void
}

/** First bytes that are kept for a hello. */
const MAX_HELLO = 16 * 1024

export const tlsTap = async (target: number, { alter }: TlsTapOptions = {}): Promise<TlsTap> => {
  const connections: Tapped[] = []
  const sockets = new Set<Socket>()
  const own = (socket: Socket, other: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => other.destroy())
    socket.once('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
  }
  const server = createServer((client) => {
    const tapped: Tapped = { client: null, server: null }
    connections.push(tapped)
    const upstream = connect({ host: '127.0.0.1', port: target })
    own(client, upstream)
    own(upstream, client)
    let held = Buffer.alloc(0)
    const onFirst = (chunk: Buffer): void => {
      held = Buffer.concat([held, chunk])
      tapped.client = readHello(held)
      if (tapped.client === null && held.length < MAX_HELLO) return
      if (tapped.client !== null) alter?.(held, tapped.client)
      client.off('data', onFirst)
      upstream.write(held)
      client.pipe(upstream)
    }
    client.on('data', onFirst)
    let answered = Buffer.alloc(0)
    upstream.on('data', (chunk: Buffer) => {
      client.write(chunk)
      if (tapped.server !== null || answered.length > MAX_HELLO) return
      answered = Buffer.concat([answered, chunk])
      // An alert is no hello.
      if (answered[0] === 22) tapped.server = readHello(answered)
    })
    upstream.on('end', () => client.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
