/** Records of one stream, shipped as a gateway ships them: a batch again until it is taken. */
import { randomUUID } from 'node:crypto'
import { activityBatch, sha256, signStatement, toBase64url, utf8 } from '@sallyport/protocol'
import { waitFor } from '@sallyport/testkit'
import type { RawClient } from './raw-client.ts'
import type { RawGateway } from './raw-gateway.ts'

interface Parts {
  readonly gateway: RawGateway
  readonly lease: string
  readonly session: string
  readonly credential: string
}

interface Batch {
  readonly batch: string
  readonly lines: string
  readonly count: number
  readonly digest: string
}

export class ActivityStream {
  readonly stream = randomUUID()
  readonly #parts: Parts
  readonly #connection = randomUUID()
  #taken = 0
  #previous = toBase64url(new Uint8Array(32))
  #pending: Batch | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Records that were taken. */
  get taken(): number {
    return this.#taken
  }

  /** Ships what was not taken yet; if that is nothing, one query for each text. Throws when nobody says that it was taken. */
  async ship(texts: readonly string[]): Promise<void> {
    this.#pending ??= await this.#batchOf(texts)
    const { batch, lines, count, digest } = this.#pending
    const answer = await this.#parts.gateway.attempt('uploadActivity', { body: { batch, lines } })
    if (answer.code !== null) throw new Error(`activity was not taken: ${answer.text}`)
    this.#taken += count
    this.#previous = digest
    this.#pending = null
  }

  async #batchOf(texts: readonly string[]): Promise<Batch> {
    const { gateway, lease, session, credential } = this.#parts
    const at = new Date().toISOString()
    const about = { kind: 'query', at, form: 'simple', binds: [], bindsOmitted: 0, durationMs: 1, rows: 1, error: null } as const
    const lines = texts
      .map((text, index) => ({ number: this.#taken + index, activity: { ...about, statement: { text } } }))
      .map((record) => `${JSON.stringify({ ...record, lease, connection: this.#connection, session, credential })}\n`)
      .join('')
    const place = { organization: gateway.organization, gateway: gateway.id, stream: this.stream, first: this.#taken }
    const digest = toBase64url(await sha256(utf8(lines)))
    const said = { version: 1, ...place, count: texts.length, digest, previous: this.#previous, sealedAt: Date.now() } as const
    return { batch: await signStatement(activityBatch, said, [gateway.key.signer]), lines, count: texts.length, digest }
  }
}

/** The id of a record that the log can prove. */
export const provenRecord = (auditor: RawClient): Promise<string> => {
  const find = async (): Promise<string | false> => {
    const [newest] = (await auditor.call('listActivity', { query: { limit: 1 } })).items
    if (newest === undefined) return false
    const { code } = await auditor.attempt('proveActivity', { parameters: { record: newest.id } })
    return code === null && newest.id
  }
  return waitFor(find, { description: 'a record that the log has numbered', timeoutMs: 90_000 })
}
