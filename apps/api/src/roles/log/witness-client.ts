/** Calls `add-checkpoint` of a witness (C2SP tlog-witness). Addresses that an organization must not reach are refused after DNS. */
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { BlockList } from 'node:net'
import { formatWitnessRequest, wholeNumber, type WitnessRequest } from '@sallyport/audit-log'
import { outward } from '../../net/outward.ts'

const TIMEOUT = 5_000
const MAX_ANSWER = 256 * 1024

/** What it answered: lines of cosignatures, the size that it has instead of ours, or why not. */
export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly lines: string }
  | { readonly kind: 'has-other-size'; readonly size: number }
  | { readonly kind: 'inconsistent' }
  | { readonly kind: 'unknown-log' }
  | { readonly kind: 'refused'; readonly message: string }

export type AskWitness = (url: string, request: WitnessRequest) => Promise<WitnessAnswer>

const readText = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ANSWER) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const understand = (status: number, text: string): WitnessAnswer => {
  switch (status) {
    case 200:
      return { kind: 'cosigned', lines: text }
    case 404:
      return { kind: 'unknown-log' }
    case 403:
      return { kind: 'refused', message: 'It does not know the key that signs: give it the newest key of the log.' }
    case 409:
      return { kind: 'has-other-size', size: wholeNumber(text.replace(/\n$/, '')) }
    case 422:
      return { kind: 'inconsistent' }
    default:
      return { kind: 'refused', message: `it answered ${status}` }
  }
}

/** `allowed`: networks that the operator lets organizations reach all the same. Throws when there is no answer. */
export const askingWitnesses = (allowed: BlockList): AskWitness => {
  const { lookup, demand } = outward(allowed, 'witnesses')
  return (url, body) =>
    new Promise((resolveAnswer, reject) => {
      const target = new URL(`${url.replace(/\/$/, '')}/add-checkpoint`)
      demand(target.hostname)
      const text = Buffer.from(formatWitnessRequest(body))
      const options = {
        method: 'POST',
        lookup,
        signal: AbortSignal.timeout(TIMEOUT),
        headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length },
      }
      const send = target.protocol === 'https:' ? httpsRequest : httpRequest
      const sent: ClientRequest = send(target, options, (response) => {
        readText(response)
          .then((answer) => understand(response.statusCode ?? 0, answer))
          .then(resolveAnswer, reject)
      })
      sent.on('error', reject)
      sent.end(text)
    })
}
