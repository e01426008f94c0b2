/**
 * Sends every organization's log and activity to its sinks, as the leader of the jobs. Each stream of a sink has a place of its own
 * in the log, which moves only when the receiver has a batch: killed anywhere, this program sends some entries and records again and
 * loses none. A sink that is slow or fails keeps nobody waiting: the log does not know of it, and its other stream goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fromUtf8, SallyportError } from '@sallyport/protocol'
import { type SinkSecret, sinkSecret, type SinkStream } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { Transaction } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { raiseAlert } from '../domains/alerts/index.ts'
import {
  advanceSink,
  findSink,
  listSinkPlaces,
  noteFailure,
  type SinkPlace,
  type StoredSink,
  type StoredStream,
} from '../domains/sinks/index.ts'
import { LeadershipLost } from '../jobs/leader.ts'
import type { VaultLink } from '../links/index.ts'
import { type ActivityReading, nextOfActivity } from './activity-batch.ts'
import { deliver } from './deliver.ts'
import type { DeliveryParts } from './delivery.ts'
import { type NextEvents, nextOfLog } from './log-batch.ts'

export interface SinkParts extends DeliveryParts, ActivityReading {
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
/** Streams of sinks that are served beside each other; the others wait for their turn. */
const MAX_BESIDE = 64
/** Batches of one turn: then it is looked at whether the sink is still wanted. */
const TURN = 20
/** Milliseconds for one batch. */
const TIME_LIMIT = 30_000
const FIRST_RETRY = 1_000
const LONGEST_RETRY = 5 * 60_000
/** Milliseconds of failing after which people are told. */
const PATIENCE = 5 * 60_000

const nameOf = ({ sink, stream }: SinkPlace): string => `${sink} ${stream}`

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

/** Null when there is nothing yet. */
const nextOf: Readonly<
  Record<SinkStream, (parts: SinkParts, from: { organization: string; next: number }) => Promise<NextEvents | null>>
> = { log: ({ log }, from) => nextOfLog(log, from), activity: nextOfActivity }

const streamOf = (sink: StoredSink, { stream }: SinkPlace): StoredStream | null =>
  sink.streams.find((each) => each.stream === stream) ?? null

const sendTurn = async (parts: SinkParts, place: SinkPlace, { fence, stopped }: SinkRun): Promise<void> => {
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, place.organization, async (transaction) => {
      await fence(transaction)
      return work(transaction)
    })
  const found = await within((transaction) => findSink(transaction, place.sink))
  const stream = found === null ? null : streamOf(found, place)
  if (found === null || stream === null || !found.enabled) return
  if ((stream.problem?.retryAt.getTime() ?? 0) > parts.clock()) return
  try {
    await sendFrom(parts, { place, sink: found, next: stream.next, stopped, within })
  } catch (error) {
    if (error instanceof Stopped || stopped.aborted) return
    await fail(parts, { place, error, within })
  }
}

type Within = <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>

interface Turn {
  readonly place: SinkPlace
  readonly sink: StoredSink
  readonly next: number
  readonly stopped: AbortSignal
  readonly within: Within
}

const sendFrom = async (parts: SinkParts, { place, sink, next: begin, stopped, within }: Turn): Promise<void> => {
  let secret: SinkSecret | null | undefined
  let from = begin
  for (let batches = 0; batches < TURN && !stopped.aborted; batches++) {
    const found = await nextOf[place.stream](parts, { organization: place.organization, next: from })
    if (found === null) return
    const { events, next } = found
    if (events.length > 0) {
      secret ??= sink.secret === null ? null : await openSecret(parts, place)
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(TIME_LIMIT)])
      const batch = { ...place, first: from, last: next - 1, events }
      await deliver({ destination: sink.destination, secret, batch, begins: batches === 0, signal }, parts)
    }
    const moved = { from, next, now: events.length > 0 ? parts.clock() : null }
    const advanced = await within((transaction) => advanceSink(transaction, place, moved))
    if (!advanced) throw new Stopped('somebody else sends for this sink, or it is gone')
    from = next
  }
}

const fail = async (
  parts: SinkParts,
  { place, error, within }: { readonly place: SinkPlace; readonly error: unknown; readonly within: Within },
): Promise<void> => {
  const { clock, logger } = parts
  const reason = reasonOf(error)
  logger.warn({ event: 'sink.failed', ...place, reason }, 'a sink did not take a batch')
  await within(async (transaction) => {
    // Read again: it may have advanced meanwhile.
    const sink = await findSink(transaction, place.sink)
    const stream = sink === null ? null : streamOf(sink, place)
    if (sink === null || stream === null) return
    const now = clock()
    const isLong = stream.problem !== null && now - stream.problem.since.getTime() >= PATIENCE
    const told = stream.problem?.told === true
    if (isLong && !told) {
      const what = { log: 'The log', activity: 'Activity' }[place.stream]
      const message = `${what} is not sent to “${sink.name}” for some time now: ${reason}`
      const about = { organization: place.organization, kind: 'sink-failing', user: null, device: null, message } as const
      await raiseAlert(transaction, { ...about, actor: job })
    }
    const retryAt = now + retryAfter(stream.failures)
    await noteFailure(transaction, place, { message: reason, now, retryAt, told: told || isLong })
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
        sending.delete(nameOf(place))
      }
    }
    sending.set(nameOf(place), work())
  }

  let last = ''
  /** In the order of their names, from behind the one that was served last. */
  const startSome = (places: readonly SinkPlace[]): void => {
    const behind = places.findIndex((place) => nameOf(place) > last)
    const turn = behind < 0 ? places : [...places.slice(behind), ...places.slice(0, behind)]
    for (const place of turn.filter((each) => !sending.has(nameOf(each))).slice(0, MAX_BESIDE - sending.size)) {
      start(place)
      last = nameOf(place)
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
