/** Plays the gateway's session around the adapter: a loopback port for tools, a credential, an upstream, records in memory. */
import { createServer, connect as connectTcp, type AddressInfo, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { once } from 'node:events'
import { X509Certificate } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { activity as activitySchema, type Activity } from '@sallyport/recording'
import type {
  AdapterConnection,
  ConnectionEnd,
  ConnectUpstreamOptions,
  CredentialSecret,
  ResourceTarget,
  UpstreamConnection,
} from '../../adapter.ts'
import { DEFAULT_PATIENCE, servePostgresql, type Patience } from '../serve.ts'

export interface GatewayOptions {
  readonly port: number
  readonly userName: string
  readonly secret: string | { readonly certificatePem: string; readonly privateKeyPem: string }
  /** Trusted for the resource; null: plain TCP, SSLRequest is not even sent. */
  readonly caPem: string | null
  readonly target?: Partial<ResourceTarget>
  readonly patience?: Patience
  /** Replaces how records are kept. */
  readonly record?: (activity: Activity) => Promise<void>
  readonly openCredential?: AdapterConnection['openCredential']
  /** Hides the certificate from the adapter, so that it cannot bind to the channel. */
  readonly hideCertificate?: boolean
  /** Shows the adapter this certificate in the place of the server's. */
  readonly serverCertificatePem?: string
}

export interface TestGateway {
  readonly port: number
  readonly records: Activity[]
  readonly ends: ConnectionEnd[]
  /** Connections that are open now. */
  readonly open: () => number
  /** Ends every connection with a reason, as a revocation would. */
  revoke(reason: { code: string; message: string }): void
  /** Resolves with the first record from now on, or already there, that fits. */
  recorded(fits: (activity: Activity) => boolean): Promise<Activity>
  /** Resolves when that many connections have ended. */
  ended(count: number): Promise<void>
  stop(): Promise<void>
}

const tlsOver = async (
  socket: Socket,
  options: GatewayOptions,
  upstream: ConnectUpstreamOptions,
): Promise<UpstreamConnection> => {
  const certificate = typeof options.secret === 'string' ? undefined : options.secret
  const secure = connectTls({
    socket,
    host: '127.0.0.1',
    ca: options.caPem ?? '',
    ALPNProtocols: upstream.alpn === undefined ? [] : [upstream.alpn],
    ...(certificate === undefined ? {} : { cert: certificate.certificatePem, key: certificate.privateKeyPem }),
  })
  await once(secure, 'secureConnect')
  const raw = options.serverCertificatePem ?? secure.getPeerCertificate().raw
  return { stream: secure, serverCertificate: options.hideCertificate === true ? null : new X509Certificate(raw).raw }
}

const connectUpstream = async (
  options: GatewayOptions,
  target: ResourceTarget,
  upstream: ConnectUpstreamOptions,
): Promise<UpstreamConnection> => {
  const socket = connectTcp({ host: target.host, port: target.port, noDelay: true })
  await once(socket, 'connect')
  if (options.caPem === null) return { stream: socket, serverCertificate: null }
  try {
    if (await upstream.requestTls!(socket)) return await tlsOver(socket, options, upstream)
    if (target.plaintextAllowed) return { stream: socket, serverCertificate: null }
    throw new SallyportError('resource_tls_refused')
  } catch (error) {
    socket.destroy()
    throw error
  }
}

const copySecret = (secret: GatewayOptions['secret']): CredentialSecret =>
  typeof secret === 'string'
    ? { kind: 'password', password: Buffer.from(secret) }
    : { kind: 'certificate', certificatePem: secret.certificatePem, privateKeyPem: Buffer.from(secret.privateKeyPem) }

export const startGateway = async (options: GatewayOptions): Promise<TestGateway> => {
  const records: Activity[] = []
  const ends: ConnectionEnd[] = []
  const cancels = new Map<string, () => Promise<void>>()
  const sockets = new Set<Socket>()
  const watchers = new Set<() => void>()
  let revocation = new AbortController()
  const notify = (): void => watchers.forEach((watcher) => watcher())

  const target: ResourceTarget = {
    resourceId: 'resource',
    host: '127.0.0.1',
    port: options.port,
    weakestAuthentication: 'scram',
    plaintextAllowed: options.caPem === null,
    labelConnections: true,
    databases: [],
    ...options.target,
  }
  const record = async (activity: Activity): Promise<void> => {
    activitySchema.parse(activity)
    await options.record?.(activity)
    records.push(activity)
    notify()
  }
  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client)
    client.on('close', () => sockets.delete(client))
    const connection: AdapterConnection = {
      client,
      target,
      caller: { program: 'test', user: 'tester', pid: process.pid },
      sessionLabel: 'abcd1234',
      openCredential:
        options.openCredential ??
        (() => Promise.resolve({ credentialId: 'credential', userName: options.userName, secret: copySecret(options.secret) })),
      connectUpstream: (upstream) => connectUpstream(options, target, upstream),
      activity: { record },
      cancels: {
        register: (key, cancel) => {
          cancels.set(key, cancel)
          return () => void cancels.delete(key)
        },
        cancel: async (key) => {
          const cancel = cancels.get(key)
          await cancel?.()
          return cancel !== undefined
        },
      },
      signal: revocation.signal,
      now: Date.now,
    }
    const onEnd = (end: ConnectionEnd): void => {
      ends.push(end)
      notify()
    }
    servePostgresql(connection, options.patience ?? DEFAULT_PATIENCE).then(onEnd, (error: unknown) => {
      throw new Error('serving a connection must not reject', { cause: error })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const until = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          watchers.delete(watcher)
          resolve()
        }
        watchers.add(watcher)
      })
    }
  }
  return {
    port: (server.address() as AddressInfo).port,
    records,
    ends,
    open: () => sockets.size,
    revoke: (reason) => {
      revocation.abort(reason)
      revocation = new AbortController()
    },
    recorded: (fits) => until(() => records.find(fits)),
    ended: async (count) => void (await until(() => (ends.length >= count ? true : undefined))),
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
