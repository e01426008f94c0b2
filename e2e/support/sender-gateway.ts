/** A gateway made of the wire formats alone, which ships records of one stream as a real one does: a batch again until it is taken. */
import { randomUUID } from 'node:crypto'
import { activityBatch, sha256, signStatement, toBase64url, utf8 } from '@sallyport/protocol'
import { freePort } from '@sallyport/testkit'
import { endpoint, fresh, password } from './furniture.ts'
import { sealedSecret } from './organization-world.ts'
import type { RawClient } from './raw-client.ts'
import { RawGateway } from './raw-gateway.ts'

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

export class SenderGateway {
  readonly stream = randomUUID()
  readonly #parts: Parts
  readonly #connection = randomUUID()
  #taken = 0
  #previous = toBase64url(new Uint8Array(32))
  #pending: Batch | null = null

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  /** With a lease of the administrator's own. */
  static async join(administrator: RawClient): Promise<SenderGateway> {
    const site = (await administrator.call('createSite', { body: { name: fresh('site') } })).id
    const resource = await administrator.call('createResource', { body: { site, name: fresh('resource'), endpoint } })
    const secret = (await administrator.call('createSecret', { body: await sealedSecret(administrator, resource, password) })).id
    const named = { resource: resource.id, name: fresh('credential'), userName: 'x', secret }
    const credential = (await administrator.call('createCredential', { body: named })).id
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    await administrator.call('createGrant', { body: { user: administrator.user, credential, expiresAt } })
    const address = { host: '127.0.0.1', port: await freePort() }
    const joining = { body: { name: fresh('gateway'), sites: [site], address } }
    const gateway = await RawGateway.join((await administrator.call('createJoinToken', joining)).token)
    const { text } = await administrator.makeTicket({ gateway: gateway.id, credential })
    const { lease, answer } = await gateway.askForLease(text)
    if (lease === null) throw new Error(`no lease: ${answer.text}`)
    return new SenderGateway({ gateway, lease: lease.binding.lease, session: administrator.session, credential })
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

  close(): void {
    this.#parts.gateway.close()
  }
}
