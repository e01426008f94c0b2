/**
 * Notifications of what became of one's own requests: approved, refused, about to end, ended. They say what, never why: a locked
 * screen shows them. What the person did themselves is not told to them.
 */
import type { AccessRequest } from '@sallyport/protocol/api'
import type { Shell } from '../shell/shell.ts'
import { texts } from '../texts.ts'
import { plain } from './plain.ts'
import { timeSpan } from './time-span.ts'

const MINUTE = 60_000
/** Before its end an access that lasts longer than twice this is said to end soon. Milliseconds. */
const ENDS_SOON = 15 * MINUTE
/** Timers take no longer time; what ends later is looked at again by then. Milliseconds. */
const LONGEST_TIMER = 24 * 60 * MINUTE

type State = AccessRequest['state']
type Words = (typeof texts.notice)['own'][keyof (typeof texts.notice)['own']]

interface Said {
  readonly words: Words
  readonly howLong: string
}

const own = texts.notice.own

export class OwnNotices {
  readonly #shell: Pick<Shell, 'notify' | 'withdraw'>
  readonly #open: (place: string) => void
  /** As the person was told, or as they were before the app started; null: nothing was asked yet. */
  #states: ReadonlyMap<string, State> | null = null
  #requests: readonly AccessRequest[] = []
  #announce = true
  #timer: NodeJS.Timeout | null = null
  /** Requests whose end was announced. */
  readonly #ending = new Set<string>()

  constructor(shell: Pick<Shell, 'notify' | 'withdraw'>, open: (place: string) => void) {
    this.#shell = shell
    this.#open = open
  }

  /** How the person's requests stand now. What became of them before the app started is not announced. */
  show(requests: readonly AccessRequest[], announce = true): void {
    const before = this.#states
    this.#requests = requests
    this.#announce = announce
    this.#states = new Map(requests.map(({ id, state }) => [id, state]))
    for (const request of requests) {
      const said = saidOf(before?.get(request.id), request, requests)
      if (said !== null) this.#tell(request, said)
    }
    this.#watchEnds()
  }

  /** Signed out, or the app ends. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    for (const { id } of this.#requests) this.#shell.withdraw(noticeId(id))
    this.#states = null
    this.#requests = []
    this.#ending.clear()
  }

  #tell({ id, credential }: AccessRequest, { words, howLong }: Said): void {
    if (!this.#announce) return
    const title = words.title(plain(credential.name), howLong)
    this.#shell.notify({ id: noticeId(id), title, body: words.body, onClick: () => this.#open(`/requests/${id}`) })
  }

  /** Says which accesses end soon, and comes back when the next one does. */
  #watchEnds(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const now = Date.now()
    const waits = this.#requests.filter(endsForGood(this.#requests)).flatMap((request) => {
      if (this.#ending.has(request.id)) return []
      const left = Date.parse(request.access!.expiresAt) - now
      if (left > ENDS_SOON) return [left - ENDS_SOON]
      if (left <= 0) return []
      this.#ending.add(request.id)
      this.#tell(request, { words: own.endsSoon, howLong: timeSpan(Math.max(1, Math.round(left / MINUTE)) * 60) })
      return []
    })
    if (waits.length > 0) this.#timer = setTimeout(() => this.#watchEnds(), Math.min(LONGEST_TIMER, ...waits)).unref()
  }
}

/** Apart from those of requests that wait for the person's decision. */
const noticeId = (request: string): string => `own ${request}`

const isOther = (request: AccessRequest, other: AccessRequest): boolean =>
  other.id !== request.id && other.credential.id === request.credential.id

/** Accesses long enough to be told of, which no other one, as an extension, goes on with. */
const endsForGood =
  (requests: readonly AccessRequest[]) =>
  (request: AccessRequest): boolean => {
    const { state, access } = request
    if (state !== 'active' || access === null) return false
    const end = Date.parse(access.expiresAt)
    if (end - Date.parse(access.startsAt) <= 2 * ENDS_SOON) return false
    return !requests.some((other) => isOther(request, other) && other.access && Date.parse(other.access.expiresAt) > end)
  }

const saidOf = (before: State | undefined, request: AccessRequest, requests: readonly AccessRequest[]): Said | null => {
  const { state, access, closed, requester } = request
  // New ones are in the state that asking gave them; the person did that, and what they ended themselves, too.
  if (before === undefined || before === state || closed?.by?.id === requester.id) return null
  const lasted = access ? (Date.parse(access.expiresAt) - Date.parse(access.startsAt)) / 1000 : request.duration
  const said = (words: Words): Said => ({ words, howLong: timeSpan(Math.max(1, Math.round(lasted))) })
  switch (state) {
    case 'approved':
      return said(own.approvedLater)
    case 'active':
      return said(before === 'approved' ? own.begins : own.approved)
    case 'refused':
      return said(own.refused)
    case 'expired':
      return said(own.undecided)
    case 'cancelled':
      return said(own.cancelled)
    case 'ended':
    case 'review-pending':
      return requests.some((other) => isOther(request, other) && other.state === 'active') ? null : said(own.ended)
    case 'pending':
    case 'withdrawn':
    case 'reviewed':
      return null
  }
}
