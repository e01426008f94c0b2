/** Waits until the tool's own connection arrives at the listener, or it is clear that it does not. */
import type { LocalConnection, LocalCredential } from '../../shared/local-api.ts'
import type { AgentAccess } from '../agent-access.ts'
import type { Running } from '../launch/launch.ts'
import type { CallerOf } from './caller-of.ts'
import { type Expectation, isExpected, type ProcessFacts } from './match.ts'

/** A connection that the other side ends at once, with an error for the tool alone, is none; milliseconds. */
const STEADY = 500
/** After a connection was refused, a tool may try once more; milliseconds. */
const SECOND_TRY = 2_000

export type Arrival =
  | { readonly kind: 'connected'; readonly caller: ProcessFacts }
  /** A connection was refused, and none followed. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Its connection was closed at once; only the tool was told why. */
  | { readonly kind: 'closed' }
  /** Connections came, but the system does not tell from whom. */
  | { readonly kind: 'unknown-program' }
  /** The program ended by itself, with an error. */
  | { readonly kind: 'ended'; readonly how: number | NodeJS.Signals }
  | { readonly kind: 'nothing' }

/** What was there before the launch, and proves nothing. */
export interface Before {
  readonly credential: LocalCredential
  readonly connections: ReadonlySet<string>
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface WaitOptions {
  readonly agent: AgentAccess
  readonly before: Before
  readonly expected: Expectation
  readonly callerOf: CallerOf
  readonly running: Running
  /** Milliseconds. */
  readonly patience: number
  readonly signal: AbortSignal
}

interface Found {
  readonly connection: string
  readonly caller: ProcessFacts
}

/** Looks through connections that are new, each one once. */
const lookThrough = ({ agent, before, expected, callerOf, running }: WaitOptions) => {
  const seen = new Set(before.connections)
  const { granted, port } = before.credential
  let unknown = false
  const callerIn = async (connection: LocalConnection): Promise<ProcessFacts | null> => {
    const found = await callerOf(connection, port)
    unknown ||= found === null
    return found !== null && isExpected(found, expected, { pid: running.pid, at: before.at }) ? found : null
  }
  return {
    get unknown() {
      return unknown
    },
    look: async (): Promise<Found | null> => {
      const fresh = (await agent.connections()).filter(({ id, credential }) => credential === granted.name && !seen.has(id))
      for (const connection of fresh) {
        seen.add(connection.id)
        const caller = await callerIn(connection)
        if (caller !== null) return { connection: connection.id, caller }
      }
      return null
    },
  }
}

/** Why a connection to this credential failed since the launch; null when none did. */
const refusalSince = async (agent: AgentAccess, { credential, at }: Before): Promise<string | null> => {
  const now = (await agent.credentials()).find(({ granted }) => granted.credential === credential.granted.credential)
  const error = now?.lastError
  return error && error.at !== credential.lastError?.at && Date.parse(error.at) >= at ? error.message : null
}

/** Rejects when the agent goes away, or with the reason of the signal. */
export const waitForConnection = (options: WaitOptions): Promise<Arrival> => {
  const { agent, before, running, patience, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<Arrival>()
  const fresh = lookThrough(options)
  let refusal: string | null = null
  let closed = false
  let ended: number | NodeJS.Signals = 0
  const timers: NodeJS.Timeout[] = []
  let secondTry = false
  let over = false
  const giveUp = (): void => {
    if (refusal !== null) resolve({ kind: 'refused', message: refusal })
    else if (closed) resolve({ kind: 'closed' })
    else if (fresh.unknown) resolve({ kind: 'unknown-program' })
    else if (ended !== 0) resolve({ kind: 'ended', how: ended })
    else resolve({ kind: 'nothing' })
  }
  const look = async (): Promise<void> => {
    const found = await fresh.look()
    if (found !== null) timers.push(setTimeout(() => inTurn(() => confirm(found)), STEADY))
    refusal = (await refusalSince(agent, before)) ?? refusal
    if (secondTry || (refusal === null && !closed && ended === 0)) return
    secondTry = true
    timers.push(setTimeout(giveUp, SECOND_TRY))
  }
  const confirm = async ({ connection, caller }: Found): Promise<void> => {
    if ((await agent.connections()).some(({ id }) => id === connection)) return resolve({ kind: 'connected', caller })
    closed = true
    await look()
  }
  // One after the other: a later look must not overtake an earlier one.
  let work: Promise<void> = Promise.resolve()
  const inTurn = (act: () => Promise<void>): void => void (work = work.then(() => (over ? undefined : act())).catch(reject))
  const stop = agent.watch(() => inTurn(look))
  const onAbort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  timers.push(setTimeout(giveUp, patience))
  running.ended
    .then((how) => {
      ended = how
      inTurn(look)
    })
    .catch(reject)
  inTurn(look)
  return promise.finally(() => {
    over = true
    for (const timer of timers) clearTimeout(timer)
    stop()
    signal.removeEventListener('abort', onAbort)
  })
}
