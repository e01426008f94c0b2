/** What fakes of services stand on: a listener on loopback that reads whole requests and can misbehave on demand. */
import { once } from 'node:events'
import { createServer as createPlain, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface FakeRequest {
  readonly method: string
  /** Path and query, as sent. */
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface FakeAnswer {
  readonly status: number
  /** Sent as JSON; a text as it is. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface FakeServer {
  readonly origin: string
  /** Requests that came, whatever the answer was. */
  count(): number
  /** The next requests hang until the caller gives up. */
  hang(requests: number): void
  /** The next requests are answered with this. */
  answerNext(requests: number, answer: FakeAnswer): void
  close(): Promise<void>
}

export interface FakeServerOptions {
  readonly answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>
  /** PEM; absent: without TLS. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

export const startFakeServer = async ({ answer, tls }: FakeServerOptions): Promise<FakeServer> => {
  let [requests, hanging] = [0, 0]
  let instead: { requests: number; readonly answer: FakeAnswer } = { requests: 0, answer: { status: 500, body: {} } }

  const answerOf = (request: FakeRequest): FakeAnswer | Promise<FakeAnswer> => {
    if (instead.requests === 0) return answer(request)
    instead.requests -= 1
    return instead.answer
  }
  const listener: RequestListener = (incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      requests += 1
      if (hanging > 0) {
        hanging -= 1
        return
      }
      const { method = '', url = '', headers } = incoming
      const request = { method, target: url, headers, body: Buffer.concat(chunks) }
      Promise.resolve(request)
        .then(answerOf)
        .then(
          ({ status, body, headers: more }) => {
            const text = body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body)
            outgoing.writeHead(status, { 'Content-Type': 'application/json', ...more }).end(text)
          },
          // A defect of the fake ends the test that asked.
          (error: unknown) => outgoing.writeHead(500).end(String(error)),
        )
    })
  }
  const server: Server = tls === undefined ? createPlain(listener) : createSecure(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    count: () => requests,
    hang: (count) => {
      hanging = count
    },
    answerNext: (count, next) => {
      instead = { requests: count, answer: next }
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
