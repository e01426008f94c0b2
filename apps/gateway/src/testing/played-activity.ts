/** The end of a gateway's activity stream, as the real API keeps it: each batch once, signed, and after the one before. */
import { activityBatch, SallyportError, toBase64url, verifyStatement } from '@sallyport/protocol'

export interface PlayedRecord {
  readonly number: number
  readonly lease: string
  readonly connection: string
  readonly activity: { readonly kind: string }
}

export class PlayedActivity {
  readonly records: PlayedRecord[] = []
  /** Digests of the batches that were taken. */
  readonly batches: string[] = []
  #next = 0
  #previous = 'A'.repeat(43)

  /** Throws what a real API would answer. */
  async take(body: Readonly<Record<string, unknown>>, gatewayKey: Uint8Array): Promise<{ readonly next: number }> {
    const lines = String(body['lines'])
    const batch = await verifyStatement(activityBatch, String(body['batch']), [gatewayKey])
    const digest = toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.from(lines))))
    if (batch.digest !== digest) throw new SallyportError('signature_invalid')
    if (this.batches.at(-1) === digest && batch.first + batch.count === this.#next) return { next: this.#next }
    if (batch.first !== this.#next || batch.previous !== this.#previous) throw new SallyportError('conflict')
    const records = lines
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as PlayedRecord)
    records.forEach((record, index) => {
      if (record.number !== batch.first + index) throw new SallyportError('conflict')
    })
    this.records.push(...records)
    this.batches.push(digest)
    this.#next += batch.count
    this.#previous = digest
    return { next: this.#next }
  }
}
