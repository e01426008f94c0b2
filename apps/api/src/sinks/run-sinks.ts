/**
 * Sends every organization's log to its sinks, as the leader of the jobs. Each sink has a place of its own in the log, which moves
 * only when the receiver has a batch: killed anywhere, this program sends some entries again and loses none. A sink that is slow or
 * fails keeps nobody waiting: the log does not know of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fromUtf8, SallyportError } from '@sallyport/protocol'
import { type SinkSecret, sinkSecret } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { Pool, Transaction } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { raiseAlert } from '../domains/alerts/index.ts'
import { advanceSink, findSink, listSinkPlaces, noteFailure, type SinkPlace, type StoredSink } from '../domains/sinks/index.ts'
import { LeadershipLost } from '../jobs/leader.ts'
import type { LogLink, VaultLink } from '../links/index.ts'
import { deliver } from './deliver.ts'
import type { DeliveryParts } from './delivery.ts'
import { type Batch, eventOf } from './event.ts'

export interface SinkParts extends DeliveryParts {
  readonly pool: Pool
  readonly log: Pick<LogLink, 'listEntries'>
  readonly vault: Pick<VaultLink, 'openSinkSecret'>
  readonly logger: Logger
}

export interface SinkRun {
  /** Throws {@link LeadershipLost}. */
  readonly fence: (transaction: Transaction) => Promise<void>
  readonly stopped: AbortSignal
  /** Milliseconds between looks at which sinks there are, and what is new for them. */
  readonly interval?: number
}

const INTERVAL = 1_000
/** Sinks that are served beside each other; the others wait for their turn. */
const MAX_BESIDE = 64
/** Entries of one batch. */
const BATCH = 500
/** Batches of one turn: then it is looked at whether the sink is still wanted. */
const TURN = 20
/** Milliseconds for one batch. */
const TIME_LIMIT = 30_000
const FIRST_RETRY = 1_000
const LONGEST_RETRY = 5 * 60_000
/** Milliseconds of failing after which people are told. */
const PATIENCE = 5 * 60_000

const job = { kind: 'job', id: null, device: null, session: null, address: null } as const

/** Half to one and a half of what doubles with each failure. */
const retryAfter = (failures: number): number =>
  Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(failures, 16)) * (0.5 + Math.random())

/** In words for an administrator: of our own errors their text, of others no more than their message. */
const reasonOf = (error: unknown): string =>
  error instanceof SallyportError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message || error.name
      : String(error)

/** Why nothing is sent now, though nothing is wrong with the sink. */
class Stopped extends Error {}

const openSecret = async ({ vault }: SinkParts, { organization, sink }: SinkPlace): Promise<SinkSecret | null> => {
  const { secret } = await vault.openSinkSecret({ organization, sink })
  if (secret === null) return null
  try {
    return sinkSecret.parse(JSON.parse(fromUtf8(secret)))
  } finally {
    secret.fill(0)
  }
}

const readBatch = async ({ log }: SinkParts, { organization, sink }: SinkPlace, next: number): Promise<Batch | null> => {
  const { rows } = await log.listEntries({ organization, limit: BATCH, below: null, since: next - 1 })
  if (rows.length === 0) return null
  const events = rows.map(eventOf)
  const gap = events.findIndex(({ index }, place) => index !== next + place)
  if (gap >= 0) throw new Error(`entry ${next + gap} of the log cannot be read`)
  return { organization, sink, events }
}

const sendTurn = async (parts: SinkParts, place: SinkPlace, { fence, stopped }: SinkRun): Promise<void> => {
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, place.organization, async (transaction) => {
      await fence(transaction)
      return work(transaction)
    })
  const found = await within((transaction) => findSink(transaction, place.sink))
  if (found === null || !found.enabled || (found.problem?.retryAt.getTime() ?? 0) > parts.clock()) return
  try {
    await sendFrom(parts, { place, sink: found, stopped, within })
  } catch (error) {
    if (error instanceof Stopped || stopped.aborted) return
    await fail(parts, { place, error, within })
  }
}

type Within = <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>

const sendFrom = async (
  parts: SinkParts,
  turn: { readonly place: SinkPlace; readonly sink: StoredSink; readonly stopped: AbortSignal; readonly within: Within },
): Promise<void> => {
  const { place, sink, stopped, within } = turn
  let secret: SinkSecret | null | undefined
  let { next } = sink
  for (let batches = 0; batches < TURN && !stopped.aborted; batches++) {
    const batch = await readBatch(parts, place, next)
    if (batch === null) return
    secret ??= sink.secret === null ? null : await openSecret(parts, place)
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(TIME_LIMIT)])
    await deliver({ destination: sink.destination, secret, batch, signal }, parts)
    const [from, after] = [next, next + batch.events.length]
    const advanced = await within((transaction) =>
      advanceSink(transaction, { sink: place.sink, from, next: after, now: parts.clock() }),
    )
    if (!advanced) throw new Stopped('somebody else sends for this sink, or it is gone')
    next = after
  }
}

const fail = async (
  parts: SinkParts,
  { place, error, within }: { readonly place: SinkPlace; readonly error: unknown; readonly within: Within },
): Promise<void> => {
  const { clock, logger } = parts
  const reason = reasonOf(error)
  logger.warn({ event: 'sink.failed', ...place, reason }, 'a sink of the log did not take a batch')
  await within(async (transaction) => {
    // Read again: it may have advanced meanwhile.
    const sink = await findSink(transaction, place.sink)
    if (sink === null) return
    const now = clock()
    const isLong = sink.problem !== null && now - sink.problem.since.getTime() >= PATIENCE
    const told = sink.problem?.told === true
    if (isLong && !told) {
      const message = `The log is not sent to “${sink.name}” for some time now: ${reason}`
      const about = { organization: place.organization, kind: 'sink-failing', user: null, device: null, message } as const
      await raiseAlert(transaction, { ...about, actor: job })
    }
    const retryAt = now + retryAfter(sink.failures)
    await noteFailure(transaction, { sink: place.sink, message: reason, now, retryAt, told: told || isLong })
  })
}

/** Resolves when stopped. Throws {@link LeadershipLost} when another replica leads, and nothing is being sent any more. */
export const runSinks = async (parts: SinkParts, run: SinkRun): Promise<void> => {
  const sending = new Map<string, Promise<void>>()
  const over = new AbortController()
  const stopped = AbortSignal.any([run.stopped, over.signal])
  let lost: LeadershipLost | null = null

  const start = (place: SinkPlace): void => {
    const work = async (): Promise<void> => {
      try {
        await sendTurn(parts, place, { ...run, stopped })
      } catch (error) {
        if (error instanceof LeadershipLost) {
          lost = error
          over.abort()
        } else {
          parts.logger.error({ event: 'sink.error', ...place, err: error }, 'a sink could not be served')
        }
      } finally {
        sending.delete(place.sink)
      }
    }
    sending.set(place.sink, work())
  }

  let last = ''
  /** In the order of their ids, from behind the one that was served last. */
  const startSome = (places: readonly SinkPlace[]): void => {
    const behind = places.findIndex(({ sink }) => sink > last)
    const turn = behind < 0 ? places : [...places.slice(behind), ...places.slice(0, behind)]
    for (const place of turn.filter(({ sink }) => !sending.has(sink)).slice(0, MAX_BESIDE - sending.size)) {
      start(place)
      last = place.sink
    }
  }

  while (!stopped.aborted) {
    try {
      startSome(await listSinkPlaces(parts.pool))
    } catch (error) {
      parts.logger.error({ event: 'sink.error', err: error }, 'sinks could not be listed')
    }
    await sleep(run.interval ?? INTERVAL, undefined, { signal: stopped }).catch(() => undefined)
  }
  await Promise.all(sending.values())
  if (lost !== null) throw lost as LeadershipLost
}
