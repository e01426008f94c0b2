/**
 * A central API that lies to one gateway: it passes everything on to the honest one, but may change the answers to lease
 * requests. It stands for an API or a vault that was taken over, which is why the gateway is made to trust its certificate, and
 * why it holds what it takes to speak for that gateway to the honest API.
 */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer, request as httpsRequest } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { type LeaseAnswer, leaseAnswer } from '@sallyport/protocol'
import { routes } from '@sallyport/protocol/api'
import { makeAuthority } from '@sallyport/testkit'
import { toPem } from './raw-key.ts'

export interface LyingApi {
  /** What gateways that were won over call. */
  readonly origin: string
  /** The honest answers so far. */
  readonly answers: LeaseAnswer[]
  /** How the next answers are changed; null: not at all. */
  tamper: ((honest: LeaseAnswer) => LeaseAnswer | Promise<LeaseAnswer>) | null
  /** Makes a stopped gateway (by its state folder) call here, and its calls pass on to `honest`, another origin. */
  winOver(state: string, honest: string): Promise<void>
  close(): Promise<void>
}

interface Membership {
  readonly certificates: string[]
  readonly apiRoot: string
}

/** What the honest API takes for the gateway. Read for each call: certificates are renewed. */
const ownerOf = async (state: string) => {
  const { certificates } = JSON.parse(await readFile(join(state, 'membership.json'), 'utf8')) as Membership
  return { cert: toPem(certificates), key: await readFile(join(state, 'gateway-key.pem'), 'utf8') }
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export const startLyingApi = async (): Promise<LyingApi> => {
  const authority = await makeAuthority({ name: 'an API that was taken over' })
  const certificate = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const server = createServer({ cert: certificate.cert, key: certificate.key, requestCert: true, rejectUnauthorized: false }) // tls-verification: whom it lies to does not matter to it
  const sockets = new Set<Socket>()
  const answers: LeaseAnswer[] = []
  let behind: { readonly state: string; readonly host: string; readonly port: number; readonly ca: string } | null = null

  const lying: LyingApi = {
    origin: '',
    answers,
    tamper: null,
    winOver: async (state, honest) => {
      const path = join(state, 'membership.json')
      const membership = JSON.parse(await readFile(path, 'utf8')) as Membership
      const { hostname, port } = new URL(honest)
      behind = { state, host: hostname, port: Number(port), ca: toPem([membership.apiRoot]) }
      const apiRoot = new X509Certificate(authority.ca).raw.toString('base64url')
      await writeFile(path, JSON.stringify({ ...membership, gatewayApi: lying.origin, apiRoot }))
    },
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      if (server.listening) await once(server, 'close')
    },
  }

  const changed = async (path: string | undefined, status: number | undefined, body: Buffer): Promise<Buffer> => {
    if (path !== routes.requestLease.path || status !== 200) return body
    const honest = leaseAnswer.parse(JSON.parse(body.toString('utf8')))
    answers.push(honest)
    return lying.tamper === null ? body : Buffer.from(JSON.stringify(await lying.tamper(honest)))
  }

  const passOn = async (incoming: IncomingMessage): Promise<{ readonly status: number; readonly body: Buffer }> => {
    if (behind === null) throw new Error('nobody was won over')
    const { state, host, port, ca } = behind
    const own = await ownerOf(state)
    const body = await bodyOf(incoming)
    const sent = httpsRequest({
      host,
      port,
      ca,
      ...own,
      agent: false,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    })
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 502, body: await changed(incoming.url, response.statusCode, await bodyOf(response)) }
  }

  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', (incoming, outgoing) => {
    passOn(incoming).then(
      ({ status, body }) =>
        outgoing.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body),
      () => outgoing.destroy(),
    )
  })
  // The control link passes as it is.
  server.on('upgrade', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy())
    if (behind === null) return client.destroy()
    const { state, host, port, ca } = behind
    ownerOf(state).then(
      (own) => {
        const upstream = connect({ host, port, ca, ...own }, () => {
          const fields = incoming.rawHeaders.flatMap((name, index, all) =>
            index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
          )
          upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`)
          upstream.write(head)
          client.pipe(upstream).pipe(client)
        })
        sockets.add(upstream)
        upstream.once('close', () => client.destroy())
        upstream.on('error', () => client.destroy())
        client.once('close', () => upstream.destroy())
      },
      () => client.destroy(),
    )
    return undefined
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return Object.assign(lying, { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
