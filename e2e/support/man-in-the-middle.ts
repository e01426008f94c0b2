/** Somebody on the path to a PostgreSQL server who reads everything and meddles with the request for TLS. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Length and code of an SSLRequest (PostgreSQL documentation, "Message Formats"). */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex')

export interface ManInTheMiddle {
  readonly port: number
  /** How many connections reached it. */
  readonly connections: number
  /** Every byte that came towards the server, in any connection. */
  readonly seen: Buffer
  /** Every byte that came back from the server. */
  readonly answered: Buffer
  close(): Promise<void>
}

/**
 * `relay`: passes everything, and only listens. `strip`: answers the SSLRequest with N itself and passes the rest in plaintext.
 * `answer`: replaces the server's answer to the SSLRequest by these bytes, and passes the rest.
 */
export type Meddling =
  | { readonly kind: 'relay' }
  | { readonly kind: 'strip' }
  | { readonly kind: 'answer'; readonly bytes: Buffer }

/** Replaces the first chunk of the server, which answers the SSLRequest. */
const withAnswer = (upstream: Socket, client: Socket, bytes: Buffer): void => {
  upstream.once('data', (chunk: Buffer) => {
    client.write(Buffer.concat([bytes, chunk.subarray(1)]))
    upstream.pipe(client)
  })
}

export const manInTheMiddle = async (serverPort: number, meddling: Meddling): Promise<ManInTheMiddle> => {
  const seen: Buffer[] = []
  const answered: Buffer[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((client) => {
    connections += 1
    const upstream = connect({ host: '127.0.0.1', port: serverPort })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      seen.push(chunk)
      if (meddling.kind === 'strip' && chunk.equals(SSL_REQUEST)) client.write('N')
      else upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => answered.push(chunk))
    if (meddling.kind === 'answer') withAnswer(upstream, client, meddling.bytes)
    else upstream.pipe(client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    get seen() {
      return Buffer.concat(seen)
    },
    get answered() {
      return Buffer.concat(answered)
    },
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      if (server.listening) await once(server, 'close')
    },
  }
}
