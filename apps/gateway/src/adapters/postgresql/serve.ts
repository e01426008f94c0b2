/** One connection of a tool, from its first byte to the record of its end. */
import { type AdapterConnection, type ConnectionEnd, eraseSecret, type OpenedCredential } from '../adapter.ts'
import { timestamp } from './activity.ts'
import { Aborted, ByteInput, InputClosed } from './byte-input.ts'
import { decodeParameterStatus } from './codec/backend.ts'
import { backend, HEADER_LENGTH } from './codec/messages.ts'
import { endedError, errorMessage, postgresqlError, toPostgresqlError, type PostgresqlError } from './errors.ts'
import { relay } from './relay/relay.ts'
import { acceptTool, cancelKey, encodeGreeting, mintKey, type CancelRequest, type StartupRequest } from './server.ts'
import { planStartup, type StartupPlan } from './startup-plan.ts'
import { LeasedName } from './statements/password-guard.ts'
import { TextEncoding } from './statements/text-encoding.ts'
import { cancelUpstream, signIn, type SignedIn } from './upstream.ts'

export interface Patience {
  /** Milliseconds a tool may take from its first byte to a complete startup packet. */
  readonly startup: number
  /** Milliseconds that connecting and signing in to the resource may take. */
  readonly signIn: number
  /** Milliseconds that a message of the resource may take to end before its connection is cut. */
  readonly lastMessage: number
}

export const DEFAULT_PATIENCE: Patience = { startup: 30_000, signIn: 20_000, lastMessage: 150 }

/** A signal that also aborts after a time, with this error as its reason; `clear` stops the clock. */
const withDeadline = (signal: AbortSignal, milliseconds: number, error: () => PostgresqlError) => {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(error()), milliseconds)
  return { signal: AbortSignal.any([signal, controller.signal]), clear: () => clearTimeout(timer) }
}

/** Waits for a promise no longer than the signal lets it. What comes later is handed to `late`. */
const unlessAborted = async <T>(signal: AbortSignal, promise: Promise<T>, late: (value: T) => void): Promise<T> => {
  signal.throwIfAborted()
  let onAbort = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      promise.then(late, () => undefined)
      reject(signal.reason instanceof Error ? signal.reason : new Aborted(signal.reason))
    }
    signal.addEventListener('abort', onAbort)
  })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
}

const encodingOf = (signedIn: SignedIn): TextEncoding => {
  const encoding = new TextEncoding()
  for (const message of signedIn.greeting.statuses) {
    if (message[0] !== backend.parameterStatus) continue
    const { name, value } = decodeParameterStatus({ buffer: message, start: HEADER_LENGTH, end: message.length })
    if (name === 'client_encoding') encoding.set(value)
  }
  return encoding
}

/** Who signs in to the resource. */
interface LeasedUser {
  readonly userName: string
  readonly memberOf: string | undefined
}

/** Nobody was there to be told anything. */
const gone = (reason: string): ConnectionEnd => ({ reason, bytesUp: 0, bytesDown: 0 })

class Served {
  readonly #connection: AdapterConnection
  readonly #patience: Patience
  readonly #input: ByteInput
  readonly #deadline: { readonly clear: () => void }

  constructor(connection: AdapterConnection, patience: Patience) {
    this.#connection = connection
    this.#patience = patience
    const deadline = withDeadline(connection.signal, patience.startup, () => postgresqlError('startup_timeout'))
    this.#deadline = deadline
    this.#input = new ByteInput(connection.client, deadline.signal)
  }

  async run(): Promise<ConnectionEnd> {
    try {
      const request = await acceptTool(this.#connection.client, this.#input)
      this.#deadline.clear()
      return request.kind === 'cancel' ? await this.#cancel(request) : await this.#serve(request)
    } catch (error) {
      return this.#refuse(error)
    } finally {
      this.#deadline.clear()
    }
  }

  /** Leases nothing; the registry knows only what the same session and credential registered. */
  async #cancel(request: CancelRequest): Promise<ConnectionEnd> {
    this.#input.detach()
    const { cancels, activity, now, client } = this.#connection
    const at = timestamp(now())
    const matched = await cancels.cancel(cancelKey(request))
    await activity.record({ kind: 'cancel', at, matched })
    client.end()
    return gone(matched ? 'cancelled' : 'cancel_unknown')
  }

  async #serve(request: StartupRequest): Promise<ConnectionEnd> {
    const { target, sessionLabel, signal } = this.#connection
    const plan = planStartup(request.parameters, target, sessionLabel)
    const deadline = withDeadline(signal, this.#patience.signIn, () => postgresqlError('resource_timeout'))
    let leased: LeasedUser
    let signedIn: SignedIn
    try {
      const credential = await unlessAborted(deadline.signal, this.#connection.openCredential(), eraseCredential)
      leased = { userName: credential.userName, memberOf: credential.memberOf }
      const connecting = signIn(this.#connection, credential, {
        version: request.version,
        parameters: plan.parameters,
        signal: deadline.signal,
      })
      signedIn = await unlessAborted(deadline.signal, connecting, ({ stream }) => stream.destroy())
    } finally {
      deadline.clear()
    }
    return this.#connected({ request, plan, signedIn, leased })
  }

  async #connected(parts: {
    request: StartupRequest
    plan: StartupPlan
    signedIn: SignedIn
    leased: LeasedUser
  }): Promise<ConnectionEnd> {
    const { request, signedIn, leased } = parts
    const { activity, cancels, client, now, signal } = this.#connection
    const { key } = signedIn.greeting
    const minted = key === null ? null : mintKey(request.version, key.processId)
    const cancel = key === null ? () => Promise.resolve() : () => cancelUpstream(this.#connection, key)
    let unregister = (): void => undefined
    const opened = now()
    const started = performance.now()
    try {
      try {
        if (minted !== null) unregister = cancels.register(cancelKey(minted), cancel)
        await this.#recordOpened(parts, opened)
      } catch (error) {
        signedIn.stream.destroy()
        throw error
      }
      client.write(encodeGreeting(request, { ...signedIn.greeting, key: minted }))
      const end = await relay({
        client,
        upstream: signedIn.stream,
        early: { fromTool: this.#input.detach(), fromResource: signedIn.rest },
        activity,
        now,
        signal,
        context: {
          leased: new LeasedName(leased.userName, ...(leased.memberOf === undefined ? [] : [leased.memberOf])),
          encoding: encodingOf(signedIn),
        },
        cancel,
        lastMessage: this.#patience.lastMessage,
      })
      await activity
        .record({
          kind: 'connection.closed',
          at: timestamp(now()),
          reason: end.reason.slice(0, 64),
          bytesUp: end.bytesUp,
          bytesDown: end.bytesDown,
          durationMs: Math.max(0, performance.now() - started),
        })
        .catch(() => undefined)
      return end
    } finally {
      unregister()
    }
  }

  async #recordOpened(
    { plan, signedIn, leased }: { plan: StartupPlan; signedIn: SignedIn; leased: LeasedUser },
    at: number,
  ): Promise<void> {
    const { activity, caller } = this.#connection
    const { key } = signedIn.greeting
    const opened = activity.record({
      kind: 'connection.opened',
      at: timestamp(at),
      caller,
      upstreamId: key === null ? null : String(key.processId),
      user: leased.userName.slice(0, 256),
      database: plan.database?.slice(0, 256) ?? null,
      application: plan.application?.slice(0, 256) ?? null,
    })
    await opened.catch((error: unknown) => {
      throw postgresqlError('recording_unavailable', { cause: error })
    })
  }

  /** Tells the tool why it may not come in, in the form that it shows. */
  #refuse(error: unknown): ConnectionEnd {
    const { client, signal } = this.#connection
    this.#input.detach()
    if (error instanceof InputClosed) {
      client.destroy()
      return gone('tool_closed')
    }
    const shown =
      signal.aborted && !(error instanceof Error && error.name === 'PostgresqlError')
        ? endedError(signal.reason, 'signing in')
        : toPostgresqlError(error)
    const message = errorMessage(shown)
    client.end(message)
    return { reason: shown.code, bytesUp: 0, bytesDown: message.length }
  }
}

const eraseCredential = ({ secret }: OpenedCredential): void => eraseSecret(secret)

/** Errors of the tool's stream are seen as its end; this only keeps them from ending the program. */
const ignoreError = (): void => undefined

/** Serves one connection. Resolves when it ended, never rejects; the caller closes the tool's stream for good. */
export const servePostgresql = (connection: AdapterConnection, patience: Patience = DEFAULT_PATIENCE): Promise<ConnectionEnd> => {
  connection.client.on('error', ignoreError)
  return new Served(connection, patience).run()
}
