/**
 * Gateways' streams of activity: each batch is an entry of the log, with the gateway's own signed statement, under the key with which
 * it joined. Within a stream records are numbered without a gap, and each batch names the one before. So whoever may write entries
 * can neither drop a batch nor invent one.
 */
import { activityBatch, equalBytes, fromBase64url, verifyStatement } from '@sallyport/protocol'
import type { ReadEntry } from './entry-checks.ts'
import type { Findings } from './findings.ts'

export interface Batch {
  readonly entry: number
  readonly stream: string
  readonly gateway: string
  readonly first: number
  readonly count: number
  readonly digest: string
  /** Whether its gateway keeps files of it; null: the entry does not say. */
  readonly atGateway: boolean | null
  /** Milliseconds since 1970. */
  readonly at: number
}

interface Stream {
  readonly gateway: string
  next: number
  digest: string
}

const START = 'A'.repeat(43)

const batchOf = ({
  index,
  subject,
  details,
  at,
}: ReadEntry): (Batch & { readonly previous: string; readonly statement: string | null }) | null => {
  const { gateway, first, count, digest, previous, statement, atGateway } = details
  const isWhole =
    subject !== null &&
    typeof gateway === 'string' &&
    typeof first === 'number' &&
    typeof count === 'number' &&
    typeof digest === 'string' &&
    typeof previous === 'string'
  if (!isWhole) return null
  const signed = typeof statement === 'string' ? statement : null
  const kept = typeof atGateway === 'boolean' ? atGateway : null
  return { entry: index, stream: subject.id, gateway, first, count, digest, previous, at, statement: signed, atGateway: kept }
}

export class Streams {
  readonly batches: Batch[] = []
  readonly #findings: Findings
  readonly #streams = new Map<string, Stream>()
  /** By gateway: the key with which it joined. */
  readonly #keys = new Map<string, Uint8Array>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  get streamCount(): number {
    return this.#streams.size
  }

  /** Entries in the order of their numbers. */
  async take(entry: ReadEntry): Promise<void> {
    if (entry.type === 'gateway.joined') this.#learnKey(entry)
    if (entry.type !== 'activity.batch') return
    const batch = batchOf(entry)
    if (batch === null) {
      this.#findings.add('stream-broken', `Entry ${entry.index} does not say which batch it is about.`, entry.index)
      return
    }
    this.#follow(batch)
    await this.#verify(batch, entry.organization)
    this.batches.push(batch)
  }

  /** A gateway keeps its key for as long as it lives; one that asks again for an answer that was lost joins twice. */
  #learnKey({ index, subject, details: { publicKey } }: ReadEntry): void {
    if (subject === null || typeof publicKey !== 'string') return
    const known = this.#keys.get(subject.id)
    const key = fromBase64url(publicKey)
    if (known === undefined) this.#keys.set(subject.id, key)
    else if (!equalBytes(known, key))
      this.#findings.add('entry-impossible', `Entry ${index} gives gateway ${subject.id} another key than it joined with.`, index)
  }

  #follow(batch: Batch & { readonly previous: string }): void {
    const name = `Entry ${batch.entry}: the stream ${batch.stream} of gateway ${batch.gateway}`
    const stream = this.#streams.get(batch.stream) ?? { gateway: batch.gateway, next: 0, digest: START }
    const broken = (message: string): void => this.#findings.add('stream-broken', `${name} ${message}`, batch.entry)
    if (stream.gateway !== batch.gateway) broken('belongs to another gateway.')
    else if (batch.first > stream.next) broken(`lacks the records ${stream.next} to ${batch.first - 1}.`)
    else if (batch.first < stream.next) broken(`has the records from ${batch.first} on twice.`)
    else if (batch.previous !== stream.digest) broken('does not follow the batch before.')
    stream.next = batch.first + batch.count
    stream.digest = batch.digest
    this.#streams.set(batch.stream, stream)
  }

  async #verify(
    batch: Batch & { readonly previous: string; readonly statement: string | null },
    organization: string,
  ): Promise<void> {
    const key = this.#keys.get(batch.gateway)
    const isSigned = async (): Promise<boolean> => {
      if (key === undefined || batch.statement === null) return false
      const said = await verifyStatement(activityBatch, batch.statement, [key]).catch(() => null)
      const fields = ['gateway', 'stream', 'first', 'count', 'digest', 'previous'] as const
      return said !== null && said.organization === organization && fields.every((field) => said[field] === batch[field])
    }
    if (await isSigned()) return
    const joined = key === undefined ? ', which never joined' : ''
    const message = `Entry ${batch.entry}: gateway ${batch.gateway}${joined} did not sign this batch.`
    this.#findings.add('stream-broken', message, batch.entry)
  }
}
