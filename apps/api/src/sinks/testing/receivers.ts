/** Receivers of other people's protocols, on loopback: they keep what came, and refuse on demand. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { makeAuthority } from '@sallyport/testkit'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** `answer`: the body of an answer to what was taken. */
export const startHttpReceiver = async (answer = '') => {
  const taken: Received[] = []
  let refusing = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const refused = refusing > 0
      refusing -= refused ? 1 : 0
      if (!refused) taken.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
      response.writeHead(refused ? 503 : 200).end(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/take`,
    taken,
    refuse: (requests: number): void => {
      refusing = requests
    },
    close: async (): Promise<void> => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** As a receiver of Standard Webhooks does it, with `whsec_` taken away. */
export const isSignedWith = (key: string, { headers, body }: Received): boolean => {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest()
  const [version, text = ''] = String(headers['webhook-signature']).split(',')
  const given = Buffer.from(text, 'base64')
  return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
}

/** Messages of a stream by octet counting (RFC 5425 §4.3.1). Throws for a stream that does not end with one. */
const messagesOf = (stream: Buffer): string[] => {
  const messages: string[] = []
  for (let at = 0; at < stream.length;) {
    const space = stream.indexOf(0x20, at)
    const length = Number(stream.subarray(at, space).toString('ascii'))
    if (!(length > 0) || space + 1 + length > stream.length) throw new Error('a message was cut')
    messages.push(stream.subarray(space + 1, space + 1 + length).toString('utf8'))
    at = space + 1 + length
  }
  return messages
}

export const startSyslogReceiver = async () => {
  const authority = await makeAuthority()
  const { key, cert } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const messages: string[] = []
  let cutting = 0
  const server = createSecureServer({ key, cert }, (socket) => {
    const chunks: Buffer[] = []
    const cut = cutting > 0
    cutting -= cut ? 1 : 0
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      if (cut) socket.destroy()
      else chunks.push(chunk)
    })
    socket.on('end', () => messages.push(...messagesOf(Buffer.concat(chunks))))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    certificates: authority.ca,
    messages,
    /** The next connections are cut in the middle of what they carry. */
    cut: (connections: number): void => {
      cutting = connections
    },
    close: async (): Promise<void> => {
      server.close()
      await once(server, 'close')
    },
  }
}
