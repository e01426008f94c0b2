/**
 * Gateways' streams of activity: each batch is an entry of the log, with the gateway's own signed statement. Within a stream records
 * are numbered without a gap, and each batch names the one before.
 */
import { activityBatch, fromBase64url, verifyStatement } from '@sallyport/protocol'
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
  /** Batches without a statement, of before statements were kept. */
  unsigned = 0
  readonly #findings: Findings
  readonly #streams = new Map<string, Stream>()
  readonly #keys = new Map<string, Uint8Array[]>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  get streamCount(): number {
    return this.#streams.size
  }

  /** Entries in the order of their numbers. */
  async take(entry: ReadEntry): Promise<void> {
    if (entry.type === 'gateway.joined' && entry.subject !== null) this.#learnKey(entry.subject.id, entry.details['publicKey'])
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

  #learnKey(gateway: string, key: unknown): void {
    if (typeof key !== 'string') return
    const known = this.#keys.get(gateway) ?? []
    this.#keys.set(gateway, [...known, fromBase64url(key)])
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
    const keys = this.#keys.get(batch.gateway)
    if (batch.statement === null || keys === undefined) {
      this.unsigned += 1
      return
    }
    for (const key of keys) {
      const said = await verifyStatement(activityBatch, batch.statement, [key]).catch(() => null)
      const fields = ['gateway', 'stream', 'first', 'count', 'digest', 'previous'] as const
      if (said !== null && said.organization === organization && fields.every((field) => said[field] === batch[field])) return
    }
    this.#findings.add('stream-broken', `Entry ${batch.entry}: gateway ${batch.gateway} did not sign this batch.`, batch.entry)
  }
}
