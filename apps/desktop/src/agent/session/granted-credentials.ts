/** What the person may connect to, as the API said last; asked again whenever it says that something changed. */
import { Backoff } from '@sallyport/program'
import { SallyportError } from '@sallyport/protocol'
import type { GrantedCredential } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { RunningSession } from './running-session.ts'
import type { SessionKeeper } from './session-keeper.ts'

export class GrantedCredentials {
  readonly #keeper: SessionKeeper
  readonly #logger: Logger
  readonly #onChange: (items: readonly GrantedCredential[]) => void
  readonly #backoff = new Backoff({ firstMs: 1_000, longestMs: 60_000 })
  #items: readonly GrantedCredential[] | null = null
  #asking: Promise<void> | null = null
  #again = false
  #retry: NodeJS.Timeout | null = null

  constructor(options: {
    readonly keeper: SessionKeeper
    readonly logger: Logger
    readonly onChange: (items: readonly GrantedCredential[]) => void
  }) {
    this.#keeper = options.keeper
    this.#logger = options.logger
    this.#onChange = options.onChange
    this.#keeper.changes.listen((topic) => {
      if (topic === 'session') this.#forget()
      if (topic === 'session' || topic === 'credentials') this.#begin()
    })
  }

  /** The last known list. Throws why there is none. */
  async list(): Promise<readonly GrantedCredential[]> {
    this.#keeper.require()
    if (this.#items === null) await this.refresh()
    if (this.#items === null) throw new SallyportError('api_unreachable')
    return this.#items
  }

  /** Asks now; one more time if something changed while the answer was on its way. Never rejects. */
  refresh(): Promise<void> {
    if (this.#asking !== null) {
      this.#again = true
      return this.#asking
    }
    this.#asking = this.#askUntilCurrent().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  stop(): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  #begin(): void {
    this.refresh().catch(() => {})
  }

  async #askUntilCurrent(): Promise<void> {
    do {
      this.#again = false
      const { running } = this.#keeper
      if (running === null) return
      await this.#ask(running)
    } while (this.#again)
  }

  async #ask(running: RunningSession): Promise<void> {
    this.stop()
    try {
      const { items } = await running.call('listMyCredentials')
      if (running !== this.#keeper.running) return
      this.#backoff.reset()
      this.#items = items
      this.#onChange(items)
    } catch (error) {
      if (running !== this.#keeper.running) return
      this.#logger.warn({ event: 'credentials.failed', error }, 'the list of credentials could not be fetched')
      this.#retry = setTimeout(() => this.#begin(), this.#backoff.next())
    }
  }

  /** Of another session, perhaps of another person. */
  #forget(): void {
    this.stop()
    this.#items = null
  }
}
