/** Whether somebody is signed in: begins, resumes and ends sessions, one at a time, and tells the rest of the agent. */
import { type AgentEvent, SallyportError, type TrustBundle } from '@sallyport/protocol'
import type { ApiClient } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { IdentityDocument } from '../identity/document.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import { Changes } from '../program/changes.ts'
import type { BrowserTask } from '../browser/tasks.ts'
import { beginBrowserSignIn, type BrowserSignIn } from './browser-sign-in.ts'
import { liveSession } from './live-session.ts'
import { RunningSession } from './running-session.ts'
import { type InvitationSignIn, type PasswordSignIn, signInWithInvitation, signInWithPassword } from './sign-in.ts'
import { knownTrust } from './trust.ts'

/** The API's topics that faces are told as they are. */
const passedOn = ['credentials', 'requests', 'activity', 'audit', 'alerts'] as const satisfies readonly AgentEvent['topic'][]
type PassedOnTopic = (typeof passedOn)[number]
export const isPassedOn = (topic: string): topic is PassedOnTopic => (passedOn as readonly string[]).includes(topic)

/** `session`: began or ended. `material`: certificate or trust bundle are new. */
export type SessionTopic = 'session' | 'material' | 'reachable' | PassedOnTopic

export class SessionKeeper {
  readonly changes = new Changes<SessionTopic>()
  readonly #identity: IdentityStore
  readonly #logger: Logger
  #running: RunningSession | null = null
  /** Why the session just ended, until that is on disk. */
  #ending: IdentityDocument['ended'] = null
  #busy: Promise<unknown> = Promise.resolve()

  constructor(identity: IdentityStore, logger: Logger) {
    this.#identity = identity
    this.#logger = logger
  }

  get document(): IdentityDocument {
    return this.#identity.document
  }

  /** Why the last session ended, when it was not by the person's will. */
  get ended(): IdentityDocument['ended'] {
    return this.#ending ?? this.document.ended
  }

  get running(): RunningSession | null {
    return this.#running
  }

  get state(): 'not-enrolled' | 'signed-out' | 'signed-in' {
    if (this.#running !== null) return 'signed-in'
    return this.document.device === null ? 'not-enrolled' : 'signed-out'
  }

  /** Throws `not_enrolled`, why the last session ended, or `session_unknown`. */
  require(): RunningSession {
    if (this.#running !== null) return this.#running
    const { ended } = this
    if (this.document.device === null) throw new SallyportError('not_enrolled')
    if (ended !== null) throw new SallyportError(ended.code, { message: ended.message })
    throw new SallyportError('session_unknown')
  }

  /** The verified bundle. Throws `not_enrolled`. */
  requireTrust(): TrustBundle {
    const trust = knownTrust(this.document.enrolment)
    if (trust === null) throw new SallyportError('not_enrolled')
    return trust
  }

  call: ApiClient['call'] = async (name, ...rest) => this.require().call(name, ...rest)

  /** Takes up the session of the last run, if there is one that is not over. */
  async resume(): Promise<void> {
    const { session } = this.document
    if (session === null) return
    if (session.expiresAt <= Date.now()) return this.#forget(session.id, new SallyportError('session_expired'))
    await this.#begin({ fresh: false })
  }

  signIn(given: PasswordSignIn): Promise<void> {
    return this.#alone(() => this.#replace(() => signInWithPassword(this.#identity, given)))
  }

  enrol(given: InvitationSignIn): Promise<void> {
    return this.#alone(() => this.#replace(() => signInWithInvitation(this.#identity, given)))
  }

  /** The page to open; what comes of it is waited for without keeping others from signing in or out. */
  async beginBrowserSignIn(given: BrowserSignIn): Promise<BrowserTask<void>> {
    const begun = await beginBrowserSignIn(this.#identity, given)
    const finish = async (): Promise<void> => {
      try {
        const code = await begun.code
        await this.#alone(() => this.#replace(() => begun.finish(code)))
      } finally {
        begun.close()
      }
    }
    return { url: begun.url, done: finish(), give: begun.give, close: begun.close }
  }

  /** Ends the session here in any case, and at the API if it answers. */
  signOut(): Promise<void> {
    return this.#alone(async () => {
      const running = this.#running
      if (running === null) return this.#identity.change(() => ({ ended: null }))
      await running.leave()
      await this.#finish(running, null)
    })
  }

  /** The program stops; the session stays for the next start. */
  async stop(): Promise<void> {
    this.#running?.stop()
    this.#running = null
    await this.#identity.settle()
  }

  /** One sign-in or sign-out after the other. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#busy.then(work)
    this.#busy = done.catch(() => {})
    return done
  }

  /** The session before is ended only when the sign-in succeeded. */
  async #replace(signIn: () => Promise<void>): Promise<void> {
    await signIn()
    const before = this.#running
    if (before !== null) {
      await before.leave()
      this.#running = null
      this.changes.tell('session')
    }
    await this.#begin({ fresh: true })
  }

  async #begin({ fresh }: { readonly fresh: boolean }): Promise<void> {
    const live = await liveSession(this.document)
    if (live === null) throw new SallyportError('session_unknown')
    const running: RunningSession = new RunningSession({
      identity: this.#identity,
      live,
      fresh,
      logger: this.#logger,
      onReachable: () => this.changes.tell('reachable'),
      onRenewed: () => this.changes.tell('material'),
      onEvent: (topic) => this.#onEvent(topic),
      onEnded: (error) => {
        this.#finish(running, error).catch((failure: unknown) =>
          this.#logger.error({ event: 'session.end-failed', error: failure }, 'the end of a session could not be kept'),
        )
      },
    })
    this.#running = running
    this.#logger.info({ event: 'session.began', session: live.stored.id, fresh }, 'a session began')
    this.changes.tell('session')
    running.start()
  }

  async #finish(running: RunningSession, error: SallyportError | null): Promise<void> {
    running.stop()
    if (this.#running !== running) return
    this.#ending = endOf(error)
    this.#running = null
    this.#logger.info({ event: 'session.ended', code: error?.code ?? 'signed-out' }, 'the session ended')
    await this.#forget(running.live.stored.id, error).finally(() => {
      this.#ending = null
      this.changes.tell('session')
    })
  }

  /** Not one that a sign-in put in its place meanwhile. */
  async #forget(session: string, error: SallyportError | null): Promise<void> {
    const ended = this.#ending ?? endOf(error)
    await this.#identity.change((document) => (document.session?.id === session ? { session: null, ended } : {}))
  }

  #onEvent(topic: AgentEvent['topic']): void {
    if (isPassedOn(topic)) this.changes.tell(topic)
  }
}

const endOf = (error: SallyportError | null): IdentityDocument['ended'] =>
  error === null ? null : { code: error.code, message: error.message, at: Date.now() }
