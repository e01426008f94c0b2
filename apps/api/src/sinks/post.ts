/** Posts JSON over HTTPS; over HTTP only where the operator named the network. Nothing is followed to another place. */
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Outward } from '../net/outward.ts'

/** Of an answer, in bytes: more is not read. */
const MAX_ANSWER = 64 * 1024

export interface Posted {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** PEM; empty: what the system trusts. */
  readonly certificates: string
  readonly signal: AbortSignal
}

const readAnswer = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ANSWER) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Returns what was answered with a status of success. Throws for every other status. */
export const post = ({ url, body, headers, certificates, signal }: Posted, outward: Outward): Promise<string> => {
  const target = new URL(url)
  outward.demand(target.hostname)
  if (target.protocol !== 'https:' && !outward.isAllowed(target.hostname)) {
    throw new Error('without TLS it may only be in a network that the operator named, by its address')
  }
  const bytes = Buffer.from(body)
  return new Promise((resolve, reject) => {
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest
    const sent = send(
      target,
      {
        method: 'POST',
        lookup: outward.lookup,
        signal,
        headers: { 'content-type': 'application/json', 'content-length': bytes.length, 'user-agent': 'sallyport', ...headers },
        ...(certificates === '' ? {} : { ca: certificates }),
      },
      (response) => {
        const status = response.statusCode ?? 0
        readAnswer(response).then(
          (text) => (status >= 200 && status < 300 ? resolve(text) : reject(new Error(`it answered ${status}`))),
          reject,
        )
      },
    )
    sent.on('error', reject)
    sent.end(bytes)
  })
}
