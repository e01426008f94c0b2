/** Asks a gateway, whichever replica holds its link, to try an endpoint, and waits for what it finds. */
import { randomUUID } from 'node:crypto'
import { type Endpoint, PROBE_LIMIT, type ProbeStep, SallyportError } from '@sallyport/protocol'
import type { Notifications } from '../../db/notifications.ts'
import type { Transaction } from '../../db/schema.ts'
import { deleteProbe, insertProbe, PROBES_CHANNEL, stepsOfProbe } from './store.ts'

/** A notification may be lost; so often it is asked without one, in milliseconds. */
const RECHECK = 1_000
/** The gateway's own limit, and the way there and back. */
const WAIT_LIMIT = PROBE_LIMIT + 3_000

export interface ProbeOrder {
  readonly gateway: string
  readonly endpoint: Endpoint
  readonly run: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
}

export interface ProbeBoard {
  /** Told whenever something changed about probes of this gateway. Returns what ends the subscription. */
  follow(gateway: string, follower: () => void): () => void
  /** Asks until there is an answer, whenever something changed about this gateway. Throws `gateway_unreachable` after a while. */
  awaitAnswer<Result>(gateway: string, look: () => Promise<Result | null>): Promise<Result>
  /** Throws `gateway_unreachable` when the gateway does not answer, `limit_reached` when it has too many. */
  ask(order: ProbeOrder): Promise<readonly ProbeStep[]>
  close(): void
}

export interface ProbeBoardOptions {
  readonly notifications: Pick<Notifications, 'listen'>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export const startProbeBoard = ({ notifications, clock }: ProbeBoardOptions): ProbeBoard => {
  const followers = new Map<string, Set<() => void>>()
  const stopping = new AbortController()
  const tell = (gateway: string): void => {
    for (const follower of followers.get(gateway) ?? []) follower()
  }
  const silence = notifications.listen(PROBES_CHANNEL, {
    notified: tell,
    resumed: () => {
      for (const gateway of followers.keys()) tell(gateway)
    },
  })

  const follow = (gateway: string, follower: () => void): (() => void) => {
    const own = followers.get(gateway) ?? new Set()
    followers.set(gateway, own)
    own.add(follower)
    return () => {
      own.delete(follower)
      if (own.size === 0 && followers.get(gateway) === own) followers.delete(gateway)
    }
  }

  /** Resolves at the next notification about the gateway, or a little later without one. */
  const nextChange = (gateway: string): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        leave()
        stopping.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, RECHECK)
      const leave = follow(gateway, done)
      stopping.signal.addEventListener('abort', done)
    })

  const awaitAnswer = async <Result>(gateway: string, look: () => Promise<Result | null>): Promise<Result> => {
    const end = performance.now() + WAIT_LIMIT
    while (performance.now() < end && !stopping.signal.aborted) {
      const changed = nextChange(gateway)
      const found = await look()
      if (found !== null) return found
      await changed
    }
    throw new SallyportError('gateway_unreachable', { message: 'The gateway did not answer the test in time.' })
  }

  return {
    follow,
    awaitAnswer,
    ask: async ({ gateway, endpoint, run }) => {
      const id = randomUUID()
      await run((transaction) => insertProbe(transaction, { id, gateway, endpoint, now: clock() }))
      try {
        return await awaitAnswer(gateway, () => run((transaction) => stepsOfProbe(transaction, id)))
      } finally {
        await run((transaction) => deleteProbe(transaction, id))
      }
    },
    close: () => {
      stopping.abort()
      silence()
      followers.clear()
    },
  }
}
