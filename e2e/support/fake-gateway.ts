/** Somebody who listens where a gateway is expected, with whatever certificate and key they got hold of. */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type SecureContextOptions } from 'node:tls'

export interface FakeGateway {
  readonly port: number
  /** TCP connections so far. */
  readonly attempts: number
  /** What was said to it inside TLS, all together: text of HTTP. */
  readonly heard: string
  /** Shows another certificate from the next connection on. */
  show(identity: SecureContextOptions): void
  close(): Promise<void>
}

/** It takes whoever comes, without a look at their certificates, and answers nothing. */
export const fakeGateway = async (port: number, identity: SecureContextOptions): Promise<FakeGateway> => {
  let attempts = 0
  let heard = ''
  const sockets = new Set<Socket>()
  const server = createServer({ minVersion: 'TLSv1.3', ...identity })
  server.on('connection', (socket: Socket) => {
    attempts += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined)
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get attempts() {
      return attempts
    },
    get heard() {
      return heard
    },
    show: (next) => server.setSecureContext({ minVersion: 'TLSv1.3', ...next }),
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
