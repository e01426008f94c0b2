import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { isIP } from 'node:net'
import { type TLSSocket, connect } from 'node:tls'
import type { ByteChannel } from '../channel/byte-channel.ts'
import { TransportError, toTransportError } from '../errors.ts'
import { clientOptions } from '../tls/secure-duplex.ts'
import { negotiatedTls } from '../tls/negotiated-tls.ts'
import { tlsFailure } from '../tls/tls-failure.ts'
import { verifiedPeer } from '../tls/tls-identity.ts'
import { WebSocketChannel } from './channel.ts'
import { judgeAnswer, newKey, parseRefusal, upgradeHeaders } from './handshake.ts'
import type { DialOptions } from './types.ts'

const DEFAULT_TIMEOUT_MS = 10_000
const MAX_HEADER_SIZE = 16_384
const MAX_REFUSAL_LENGTH = 16_384

/**
 * Opens a mutually verified WebSocket to a gateway. Nothing is sent before its certificate was verified up to a given
 * authority *and* carries the expected identity.
 *
 * Rejects with a {@link TransportError}: `unreachable`, `dial_timeout`, `peer_untrusted`, `identity_mismatch`,
 * `certificate_refused`, `tls_failed`, `tls_resumed`, `refused` (with the gateway's own code in `refusal`),
 * `handshake_invalid`, `aborted`.
 */
export function dialWebSocket(options: DialOptions): Promise<ByteChannel> {
  return new Dial(options).run()
}

class Dial {
  readonly #options: DialOptions
  readonly #key = newKey()
  readonly #outcome = Promise.withResolvers<ByteChannel>()
  readonly #timeoutMs: number
  #socket: TLSSocket | null = null
  #request: ClientRequest | null = null

  constructor(options: DialOptions) {
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  }

  async run(): Promise<ByteChannel> {
    const { signal } = this.#options
    const onAbort = (): void => this.#fail(new TransportError('aborted', 'dialling was given up', { cause: signal?.reason }))
    const onTimeout = (): void => this.#fail(new TransportError('dial_timeout', `no connection within ${this.#timeoutMs} ms`))
    const timer = setTimeout(onTimeout, this.#timeoutMs)
    signal?.addEventListener('abort', onAbort)
    try {
      if (signal?.aborted === true) onAbort()
      else this.#connect()
      return await this.#outcome.promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #connect(): void {
    const { host, port, tls, expectedIdentity } = this.#options
    const more = { host, port, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host } : {}) }
    try {
      this.#socket = connect(clientOptions(tls, expectedIdentity, more))
    } catch (thrown) {
      this.#fail(toTransportError(thrown, 'tls_failed', 'the key or certificate cannot be used'))
      return
    }
    this.#socket.setNoDelay(true)
    this.#socket.on('error', this.#onError)
    this.#socket.on('close', this.#onClose)
    this.#socket.once('secureConnect', () => this.#onSecure(this.#socket!))
  }

  readonly #onError = (error: Error): void => this.#fail(tlsFailure(error))

  readonly #onClose = (): void => this.#fail(new TransportError('unreachable', 'the connection closed during the handshake'))

  #onSecure(socket: TLSSocket): void {
    try {
      const peer = verifiedPeer(socket)
      this.#options.verifyPeer?.(peer)
      this.#options.onSecure?.(negotiatedTls(socket))
    } catch (thrown) {
      this.#fail(toTransportError(thrown, 'identity_mismatch', "the gateway's certificate was not accepted"))
      return
    }
    this.#upgrade(socket)
  }

  #upgrade(socket: TLSSocket): void {
    const { host, port, path, headers } = this.#options
    this.#request = request({
      createConnection: () => socket,
      host,
      port,
      path: path ?? '/',
      headers: { ...headers, ...upgradeHeaders(this.#key) },
      maxHeaderSize: MAX_HEADER_SIZE,
    })
    this.#request.on('error', this.#onError)
    this.#request.on('response', (response) => this.#onRefused(response))
    this.#request.on('upgrade', (response, _socket, head) => this.#onUpgrade(response, head))
    this.#request.end()
  }

  #onUpgrade(response: IncomingMessage, head: Buffer): void {
    const wrong = judgeAnswer(response.headers, this.#key)
    if (wrong !== null || this.#socket === null) {
      this.#fail(new TransportError('handshake_invalid', wrong ?? 'the connection is gone'))
      return
    }
    const socket = this.#socket
    this.#socket = null
    socket.off('error', this.#onError).off('close', this.#onClose)
    if (head.length > 0) socket.unshift(head)
    this.#outcome.resolve(new WebSocketChannel(socket, 'client'))
  }

  #onRefused(response: IncomingMessage): void {
    const status = response.statusCode ?? 0
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      body += text
      if (body.length > MAX_REFUSAL_LENGTH) this.#refused(status, '')
    })
    response.on('end', () => this.#refused(status, body))
    response.on('error', () => this.#refused(status, ''))
  }

  #refused(status: number, body: string): void {
    const refusal = parseRefusal(status, body)
    this.#fail(new TransportError('refused', refusal.message, { refusal }))
  }

  #fail(error: TransportError): void {
    this.#outcome.reject(error)
    this.#request?.destroy()
    this.#socket?.destroy()
  }
}
