/**
 * Users that the gateway makes on a resource for one lease: made when its first connection signs in, good for as long as the
 * lease, and dropped after it. Their names say of which credential and lease they are, so that one that a killed gateway left
 * behind is found; it cannot sign in any more by then.
 */
import { randomBytes } from 'node:crypto'
import { pause } from '@sallyport/program'
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { Adapter, AdapterTemporaryUsers, OpenedCredential, ResourceAdministrator } from '../../adapters/adapter.ts'
import { inBackground } from '../../in-background.ts'
import type { UpstreamConnector } from '../../upstream/connector.ts'
import type { Lease } from '../lease.ts'
import { targetOf } from '../target.ts'
import { type LeasedSecret, wipeSecret } from './leased-secret.ts'

type Template = Extract<LeasedSecret, { kind: 'temporary-user' }>

/** Milliseconds for one visit of the resource. */
const LIMIT = 20_000
/** Milliseconds that a user may still sign in after its lease: clocks differ, and a renewal takes its time. */
const MARGIN = 60_000
/** Milliseconds before each further attempt to drop a user. */
const RETRIES = [1_000, 5_000, 15_000] as const
/** Random bytes of a password. */
const PASSWORD_BYTES = 32

interface User {
  readonly lease: Lease
  readonly users: AdapterTemporaryUsers
  readonly name: string
  readonly password: Buffer
  /** Its own copy: the lease's is overwritten at its end, and the user is dropped after that. */
  readonly template: Template
  /** What is done to it on the resource, one after the other. */
  work: Promise<unknown>
}

export interface TemporaryUsersOptions {
  readonly adapters: readonly Adapter[]
  readonly upstream: UpstreamConnector
  readonly now: () => number
  readonly logger: Logger
  /** The resource refused to drop the user of this lease. */
  readonly onLeft: (lease: string) => void
}

/** `sp_`, then the first half of the credential's id, then the lease's: 63 bytes are the longest name of PostgreSQL. */
export const prefixOfUsers = (credential: string): string => `sp_${credential.replaceAll('-', '').slice(0, 16)}_`
const nameOf = ({ id, binding }: Lease): string => `${prefixOfUsers(binding.credential)}${id.replaceAll('-', '')}`

/** What is not coded are the resource's own words: what an administrator needs to put it right. */
const refusal = (cause: unknown): unknown => {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  return new SallyportError('temporary_user_refused', { message: `The resource refused to make a user for this: ${said}`, cause })
}

const isRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === ('resource_sign_in_failed' satisfies ErrorCode)

export class TemporaryUsers {
  readonly #options: TemporaryUsersOptions
  readonly #users = new Map<string, User>()
  /** Those that are being dropped. */
  readonly #ending = new Set<Promise<void>>()
  readonly #stopping = new AbortController()

  constructor(options: TemporaryUsersOptions) {
    this.#options = options
  }

  /** The user of this lease, made if there is none yet. Rejects with a coded error; the next one who asks tries again. */
  async open(lease: Lease, template: Template): Promise<OpenedCredential> {
    if (lease.ended !== null) throw new SallyportError('lease_ended')
    const user = this.#users.get(lease.id) ?? this.#make(lease, template)
    await user.work
    // It may be over, and the password overwritten, since.
    if (this.#users.get(lease.id) !== user) throw new SallyportError('lease_ended')
    const secret = { kind: 'password', password: Buffer.from(user.password) } as const
    return { credentialId: lease.binding.credential, userName: user.name, secret, memberOf: template.memberOf }
  }

  /** The lease was renewed. */
  extend(lease: Lease): void {
    const user = this.#users.get(lease.id)
    if (user === undefined) return
    const work = user.work.then(() =>
      user.users.extend(this.#administrator(user), { userName: user.name, lastsMs: this.#left(lease) }),
    )
    // Whoever is connected stays so; the next renewal tries again.
    user.work = work.catch((error: unknown) => this.#warn('temporary-user.not-extended', user, error))
  }

  /** The lease is over. */
  end(lease: Lease): void {
    const user = this.#users.get(lease.id)
    if (user === undefined) return
    this.#users.delete(lease.id)
    const ended = this.#drop(user).finally(() => this.#ending.delete(ended))
    this.#ending.add(ended)
    inBackground(ended)
  }

  /**
   * Resolves when the users of all ended leases are dropped, or could not be, or after so many milliseconds. What is left cannot
   * sign in any more, and is dropped with the next lease of the same credential.
   */
  async stop(limitMs: number): Promise<void> {
    const settled = new AbortController()
    const late = pause(limitMs, settled.signal)
    await Promise.race([Promise.all(this.#ending), late])
    settled.abort()
    this.#stopping.abort()
  }

  #make(lease: Lease, template: Template): User {
    const users = this.#options.adapters.find((each) => each.protocol === lease.endpoint.protocol)?.temporaryUsers
    if (users === undefined) throw new SallyportError('unsupported_protocol')
    const user: User = {
      lease,
      users,
      name: nameOf(lease),
      password: Buffer.from(randomBytes(PASSWORD_BYTES).toString('base64url')),
      template: { ...template, password: Buffer.from(template.password) },
      work: Promise.resolve(),
    }
    this.#users.set(lease.id, user)
    const { binding } = lease
    user.work = users
      .make(this.#administrator(user), {
        ...this.#described(user),
        password: user.password,
        lastsMs: this.#left(lease),
        comment: `Sallyport: for lease ${lease.id} of credential ${binding.credential}; dropped by itself.`,
        prefix: prefixOfUsers(binding.credential),
      })
      .then(
        () => this.#options.logger.info({ event: 'temporary-user.made', lease: lease.id, userName: user.name }),
        (error: unknown) => {
          this.#warn('temporary-user.not-made', user, error)
          // If it is there all the same, because only the answer was lost, it is dropped before it is made again.
          this.#users.delete(lease.id)
          this.#wipe(user)
          throw refusal(error)
        },
      )
    user.work.catch(() => undefined)
    return user
  }

  /** Never rejects. */
  async #drop(user: User): Promise<void> {
    await user.work.catch(() => undefined)
    try {
      await this.#dropInTheEnd(user)
      this.#options.logger.info({ event: 'temporary-user.dropped', lease: user.lease.id, userName: user.name })
    } catch (error) {
      this.#warn('temporary-user.left', user, error)
      this.#options.onLeft(user.lease.id)
    } finally {
      this.#wipe(user)
    }
  }

  #wipe({ password, template }: User): void {
    password.fill(0)
    wipeSecret(template)
  }

  async #dropInTheEnd(user: User): Promise<void> {
    for (const wait of RETRIES) {
      try {
        return await user.users.drop(this.#administrator(user), this.#described(user))
      } catch (error) {
        // The password of who made it was rotated since: whoever has the new one drops it.
        if (isRefused(error)) throw error
        await pause(wait, this.#stopping.signal)
        if (this.#stopping.signal.aborted) throw error
      }
    }
    await user.users.drop(this.#administrator(user), this.#described(user))
  }

  #described({ name, template: { memberOf, owned } }: User) {
    return { userName: name, memberOf, owned }
  }

  #left(lease: Lease): number {
    return lease.expiresAt - this.#options.now() + MARGIN
  }

  #administrator({ lease, template }: User): ResourceAdministrator {
    const signal = AbortSignal.timeout(LIMIT)
    const { endpoint } = lease
    return {
      signal,
      target: targetOf(lease),
      connectUpstream: (how) =>
        this.#options.upstream.connect({ endpoint, clientCertificate: null, signal: how.signal ?? signal }, how),
      credential: () => ({
        credentialId: lease.binding.credential,
        userName: template.administrator,
        secret: { kind: 'password', password: Buffer.from(template.password) },
      }),
    }
  }

  #warn(event: string, { lease, name }: User, error: unknown): void {
    this.#options.logger.warn({ event, lease: lease.id, userName: name, error })
  }
}
