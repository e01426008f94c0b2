import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import 'reflect-metadata'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpsSender, type HttpsSender, type HttpsSenderOptions } from './https-sender.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Self-signed, and so its own root. */
const makeCertificate = async (names: { readonly type: 'dns' | 'ip'; readonly value: string }[]) => {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${randomUUID()}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new SubjectAlternativeNameExtension(names),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    ],
  })
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n` }
}

const opened: { server?: Server; sender?: HttpsSender }[] = []
afterEach(async () => {
  for (const { server, sender } of opened.splice(0)) {
    sender?.close()
    server?.closeAllConnections()
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
  }
})

const serve = async (options: ServerOptions, answer: Parameters<typeof createServer>[1]): Promise<string> => {
  const server = createServer(options, answer)
  opened.push({ server })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const senderOf = (options: HttpsSenderOptions): HttpsSender => {
  const sender = createHttpsSender(options)
  opened.push({ sender })
  return sender
}

const get = (origin: string, fields: Record<string, string> = {}) => ({
  method: 'GET',
  targetUri: `${origin}/`,
  fields,
  body: new Uint8Array(),
})

const loopback = [{ type: 'ip', value: '127.0.0.1' } as const]

describe('a call over HTTPS', () => {
  it('brings method, path, fields and body there, and the answer back', async () => {
    const certificate = await makeCertificate(loopback)
    const origin = await serve(certificate, (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method, url, headers } = request
        response.setHeader('x-answer', 'yes')
        response.statusCode = 418
        response.end(JSON.stringify({ method, url, sent: headers['x-sent'], body: Buffer.concat(chunks).toString() }))
      })
    })
    const call = {
      method: 'PUT',
      targetUri: `${origin}/a?b=c`,
      fields: { 'x-sent': 'it' },
      body: new Uint8Array(Buffer.from('hello')),
    }
    const answer = await senderOf({ ca: certificate.cert }).send(call, {})
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({ method: 'PUT', url: '/a?b=c', sent: 'it', body: 'hello' })
    expect(answer).toMatchObject({ status: 418, fields: { 'x-answer': 'yes' } })
  })

  it('keeps its connection', async () => {
    const certificate = await makeCertificate(loopback)
    const ports = new Set<number | undefined>()
    const origin = await serve(certificate, (request, response) => {
      ports.add(request.socket.remotePort)
      response.end()
    })
    const { send } = senderOf({ ca: certificate.cert })
    for (let call = 0; call < 3; call++) await send(get(origin), {})
    expect(ports.size).toBe(1)
  })

  it('shows the client certificate of the moment', async () => {
    const [server, client] = [await makeCertificate(loopback), await makeCertificate([{ type: 'dns', value: 'client.test' }])]
    const origin = await serve(
      { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        response.end(request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subjectaltname : '')
      },
    )
    const answer = await senderOf({ ca: server.cert, clientCertificate: () => client }).send(get(origin), {})
    expect(Buffer.from(answer.body).toString()).toBe('DNS:client.test')
    await expect(senderOf({ ca: server.cert }).send(get(origin), {})).rejects.toMatchObject({ code: 'api_unreachable' })
  })
})

describe('the other end', () => {
  it('must be named by a root that was given, and by its address, whatever Host says', async () => {
    const [right, other] = [await makeCertificate(loopback), await makeCertificate([{ type: 'dns', value: 'elsewhere.test' }])]
    const answer = (_request: unknown, response: { end(): unknown }): void => void response.end()
    const [named, elsewhere] = [await serve(right, answer), await serve(other, answer)]
    await expect(senderOf({ ca: other.cert }).send(get(named), {})).rejects.toMatchObject({ code: 'certificate_invalid' })
    await expect(senderOf({}).send(get(named), {})).rejects.toMatchObject({ code: 'certificate_invalid' })
    const claimed = get(elsewhere, { host: 'elsewhere.test' })
    await expect(senderOf({ ca: other.cert }).send(claimed, {})).rejects.toMatchObject({ code: 'certificate_invalid' })
  })

  it('must speak TLS 1.3', async () => {
    const certificate = await makeCertificate(loopback)
    const origin = await serve({ ...certificate, maxVersion: 'TLSv1.2' }, (_request, response) => void response.end())
    await expect(senderOf({ ca: certificate.cert }).send(get(origin), {})).rejects.toMatchObject({ code: 'api_unreachable' })
  })

  it('may answer neither too much nor too late', async () => {
    const certificate = await makeCertificate(loopback)
    const origin = await serve(certificate, (request, response) => {
      if (request.method === 'GET') response.end(Buffer.alloc(2000))
    })
    const much = senderOf({ ca: certificate.cert, maxAnswerBytes: 1000 })
    await expect(much.send(get(origin), {})).rejects.toMatchObject({ code: 'payload_too_large' })
    const late = senderOf({ ca: certificate.cert, timeoutMs: 300 })
    await expect(late.send({ ...get(origin), method: 'POST' }, {})).rejects.toMatchObject({ code: 'api_unreachable' })
  })

  it('may close a kept connection: the call goes over a new one', async () => {
    const certificate = await makeCertificate(loopback)
    let calls = 0
    const origin = await serve(certificate, (request, response) => {
      calls++
      if (calls === 2) request.socket.destroy()
      else response.end(String(calls))
    })
    const { send } = senderOf({ ca: certificate.cert })
    await send(get(origin), {})
    expect(Buffer.from((await send(get(origin), {})).body).toString()).toBe('3')
  })
})
