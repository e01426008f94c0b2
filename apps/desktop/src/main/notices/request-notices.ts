/**
 * Notifications of requests that wait for this person: one per request, taken back when it was decided elsewhere. They say who
 * and what, never why: a locked screen shows them. They lead to the window; nothing can be decided on them.
 */
import type { Shell } from '../shell/shell.ts'
import { texts } from '../texts.ts'
import { plain } from './plain.ts'

export interface WaitingRequest {
  readonly id: string
  /** `review`: somebody opened access at once, and it is to be looked at. */
  readonly kind: 'approval' | 'review'
  readonly who: string
  readonly what: string
  readonly howLong: string
}

export class RequestNotices {
  readonly #shell: Pick<Shell, 'notify' | 'withdraw' | 'setBadge'>
  readonly #open: (place: string) => void
  #shown: ReadonlySet<string> | null = null

  constructor(shell: Pick<Shell, 'notify' | 'withdraw' | 'setBadge'>, open: (place: string) => void) {
    this.#shell = shell
    this.#open = open
  }

  /**
   * What waits now. What waited before the app started is counted, and not announced; nothing is where the person does not want it.
   */
  show(requests: readonly WaitingRequest[], announce = true): void {
    const waiting = new Set(requests.map(({ id }) => id))
    const shown = this.#shown ?? waiting
    for (const id of shown) if (!waiting.has(id)) this.#shell.withdraw(id)
    for (const request of requests) if (announce && !shown.has(request.id)) this.#notify(request)
    this.#shell.setBadge(requests.length)
    this.#shown = waiting
  }

  /** Signed out: nothing waits for nobody. */
  clear(): void {
    for (const id of this.#shown ?? []) this.#shell.withdraw(id)
    this.#shell.setBadge(0)
    this.#shown = null
  }

  #notify({ id, kind, who, what, howLong }: WaitingRequest): void {
    const title =
      kind === 'review'
        ? texts.notice.reviews(plain(who), plain(what))
        : texts.notice.asks(plain(who), plain(what), plain(howLong))
    this.#shell.notify({ id, title, body: texts.notice.open, onClick: () => this.#open('/approvals') })
  }
}
