import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions, TLSSocket } from 'node:tls'
import type { Duplex } from 'node:stream'
import { type Endpoint, toBase64url } from '@sallyport/protocol'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Authority, issue, makeAuthority, makeKey, type TestKey, toPem } from '../testing/authority.ts'
import { AddressRules } from './address-rules.ts'
import { createUpstreamConnector } from './connector.ts'

let authority: Authority
let serverKey: TestKey
let certificate: Buffer
beforeAll(async () => {
  authority = await makeAuthority('resources')
  serverKey = await makeKey()
  certificate = await issue(authority, { publicKey: serverKey.publicKey, name: { type: 'dns', value: 'shop.example' } })
})

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const tlsResource = (options: TlsOptions = {}): Promise<number> => {
  const server = createTlsServer({ key: serverKey.pem, cert: toPem(certificate), ...options })
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined)
    socket.write(socket.authorized ? 'hello, known' : 'hello')
  })
  server.on('tlsClientError', () => undefined)
  return listen(server)
}

/** Answers one byte to the request for TLS, and then what the test says. */
const askedResource = (answer: string, then: (socket: Socket) => void = () => undefined): Promise<number> =>
  listen(
    createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write(answer)
        then(socket)
      })
    }),
  )

const verified = (): Endpoint['tls'] => ({ kind: 'authority', certificates: toPem(authority.der), serverName: null })
const pinned = (der: Buffer): Endpoint['tls'] => ({
  kind: 'pinned',
  sha256: toBase64url(new Uint8Array(createHash('sha256').update(der).digest())),
})

const endpoint = (change: Partial<Endpoint>): Endpoint => ({
  protocol: 'postgresql',
  host: 'shop.example',
  port: 5432,
  tls: verified(),
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
  ...change,
})

interface Attempt {
  readonly requestTls?: (socket: Duplex) => Promise<boolean>
  readonly addresses?: readonly string[]
  readonly allowLoopback?: boolean
  readonly signal?: AbortSignal
  readonly clientCertificate?: Parameters<ReturnType<typeof createUpstreamConnector>['connect']>[0]['clientCertificate']
}

const connect = async (change: Partial<Endpoint>, attempt: Attempt = {}) => {
  const { addresses = ['127.0.0.1'], allowLoopback = true, requestTls, clientCertificate = null } = attempt
  const rules = new AddressRules({ allowed: [], allowLoopback, ownListener: () => null })
  const connector = createUpstreamConnector(rules, () => Promise.resolve(addresses))
  const signal = attempt.signal ?? new AbortController().signal
  const connection = await connector.connect(
    { endpoint: endpoint(change), clientCertificate, signal },
    requestTls ? { requestTls } : {},
  )
  closing.push(() => connection.stream.destroy())
  return connection
}

const read = async (stream: Duplex): Promise<string> => String(((await once(stream, 'data')) as [Buffer])[0])

/** Writes one byte and reads one, as protocols that start TLS within do. */
const ask = async (socket: Duplex): Promise<boolean> => {
  socket.write('?')
  for (;;) {
    const answer = socket.read(1) as Buffer | null
    if (answer !== null) return answer.toString() === 'S'
    await once(socket, 'readable')
  }
}

describe('TLS to a resource', () => {
  test('is verified by its authority and name', async () => {
    const { stream, serverCertificate } = await connect({ port: await tlsResource() })
    expect(serverCertificate).toEqual(certificate)
    expect(await read(stream)).toBe('hello')
  })

  test.each<[string, () => Partial<Endpoint> | Promise<Partial<Endpoint>>]>([
    ['another name', () => ({ host: 'other.example' })],
    [
      'another name than the one to expect',
      () => ({ tls: { kind: 'authority', certificates: toPem(authority.der), serverName: 'other.example' } }),
    ],
    ['an address that it does not name', () => ({ host: '127.0.0.1' })],
    [
      'another authority',
      async () => ({ tls: { kind: 'authority', certificates: toPem((await makeAuthority('x')).der), serverName: null } }),
    ],
    ['no authority of the system', () => ({ tls: { kind: 'authority', certificates: '', serverName: null } })],
    ['another pin', () => ({ tls: pinned(authority.der) })],
  ])('is refused for %s', async (_, change) => {
    const port = await tlsResource()
    await expect(connect({ port, ...(await change()) })).rejects.toMatchObject({ code: 'resource_certificate' })
  })

  test('by pin needs neither name nor authority', async () => {
    const key = await makeKey()
    const self = { name: 'alone', key, der: Buffer.alloc(0) }
    const der = await issue(self, { publicKey: key.publicKey, name: { type: 'dns', value: 'whatever.example' } })
    const port = await tlsResource({ key: key.pem, cert: toPem(der) })
    const { stream, serverCertificate } = await connect({ port, host: 'shop.example', tls: pinned(der) })
    expect(serverCertificate).toEqual(der)
    expect(await read(stream)).toBe('hello')
  })

  test('by a pin that does not fit sends the resource nothing', async () => {
    let received = ''
    const server = createTlsServer({ key: serverKey.pem, cert: toPem(certificate) }, (socket) => {
      socket.on('data', (chunk) => {
        received += String(chunk)
      })
      socket.on('error', () => undefined)
    })
    const port = await listen(server)
    await expect(connect({ port, tls: pinned(Buffer.from('another')) })).rejects.toMatchObject({ code: 'resource_certificate' })
    expect(received).toBe('')
  })

  test('below 1.2 is refused', async () => {
    const port = await tlsResource({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    await expect(connect({ port })).rejects.toMatchObject({ code: 'resource_unreachable' })
  })

  test('shows the certificate of the credential', async () => {
    const key = await makeKey()
    const leaf = await issue(authority, { publicKey: key.publicKey, name: { type: 'dns', value: 'reader' } })
    const port = await tlsResource({ ca: toPem(authority.der), requestCert: true, rejectUnauthorized: true })
    const clientCertificate = { kind: 'certificate', certificatePem: toPem(leaf), privateKeyPem: Buffer.from(key.pem) } as const
    const { stream } = await connect({ port }, { clientCertificate })
    expect(await read(stream)).toBe('hello, known')
  })
})

describe('a resource that is asked for TLS first', () => {
  const startTls = (socket: Socket): void => {
    const secured = new TLSSocket(socket, { isServer: true, key: serverKey.pem, cert: toPem(certificate) })
    secured.on('error', () => undefined)
    secured.write('hello')
  }

  test('and agrees speaks it', async () => {
    const { stream, serverCertificate } = await connect({ port: await askedResource('S', startTls) }, { requestTls: ask })
    expect(serverCertificate).toEqual(certificate)
    expect(await read(stream)).toBe('hello')
  })

  test('and refuses is left, unless plaintext is allowed for it', async () => {
    const port = await askedResource('N', (socket) => socket.write('in the clear'))
    await expect(connect({ port }, { requestTls: ask })).rejects.toMatchObject({ code: 'resource_tls_refused' })
    const { stream, serverCertificate } = await connect({ port, plaintextAllowed: true }, { requestTls: ask })
    expect(serverCertificate).toBeNull()
    expect(await read(stream)).toBe('in the clear')
  })

  test('and agrees is not left with plaintext, even where that is allowed', async () => {
    const port = await askedResource('S', (socket) => socket.end('no handshake'))
    await expect(connect({ port, plaintextAllowed: true }, { requestTls: ask })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('and sends something behind its consent is left', async () => {
    const port = await askedResource('Sinjected')
    await expect(connect({ port }, { requestTls: ask })).rejects.toMatchObject({ code: 'resource_tls_refused' })
  })
})

describe('an address', () => {
  test('is judged after the name was resolved', async () => {
    const port = await tlsResource()
    await expect(connect({ port }, { allowLoopback: false })).rejects.toMatchObject({ code: 'address_refused' })
    await expect(connect({ port }, { allowLoopback: false, addresses: ['::ffff:127.0.0.1'] })).rejects.toMatchObject({
      code: 'address_refused',
    })
  })

  test('that is refused is passed over for one that is not', async () => {
    const { stream } = await connect({ port: await tlsResource() }, { addresses: ['169.254.169.254', '127.0.0.1'] })
    expect(await read(stream)).toBe('hello')
  })

  test('at which nobody listens is unreachable', async () => {
    const port = await tlsResource()
    closing.splice(0).forEach((close) => close())
    await expect(connect({ port })).rejects.toMatchObject({ code: 'resource_unreachable' })
  })

  test('is resolved once', async () => {
    const port = await tlsResource()
    const answers = [['127.0.0.1'], ['169.254.169.254']]
    let asked = 0
    const rules = new AddressRules({ allowed: [], allowLoopback: true, ownListener: () => null })
    const connector = createUpstreamConnector(rules, () => Promise.resolve(answers[asked++]!))
    const { signal } = new AbortController()
    const { stream } = await connector.connect({ endpoint: endpoint({ port }), clientCertificate: null, signal }, {})
    closing.push(() => stream.destroy())
    expect(asked).toBe(1)
  })
})

test('a connection that nobody waits for any more is given up', async () => {
  const port = await listen(createTcpServer(() => undefined))
  const abort = new AbortController()
  const attempt = connect({ port }, { signal: abort.signal })
  setTimeout(() => abort.abort(), 20)
  await expect(attempt).rejects.toMatchObject({ code: 'resource_unreachable' })
  await expect(connect({ port }, { signal: abort.signal })).rejects.toMatchObject({ code: 'resource_unreachable' })
})
