/** Where log and activity are sent. What a sink needs to send is the vault's: it wraps it, and nobody here reads it. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { InputOf, RouteOf, Sink, SinkDestination, SinkStream, SinkStreamState } from '@sallyport/protocol/api'
import {
  changeSink,
  changeStreams,
  createSink,
  deleteSink,
  readSinks,
  requireSink,
  type StoredSink,
  type StoredStream,
} from '../../domains/sinks/index.ts'
import type { CallerContext } from '../context.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

/** Entries of the organization's log. */
const sizeOf = async ({ dependencies, organization }: Pick<CallerContext, 'dependencies' | 'organization'>): Promise<number> =>
  (await dependencies.log.logState({ organization: organization.id })).size

const stateOf = ({ stream, next, deliveredAt, problem }: StoredStream, size: number): SinkStreamState => ({
  stream,
  next,
  behind: Math.max(0, size - next),
  deliveredAt: deliveredAt?.toISOString() ?? null,
  problem:
    problem === null
      ? null
      : { message: problem.message, since: problem.since.toISOString(), retryAt: problem.retryAt.toISOString() },
})

const answerOf = ({ streams, createdAt, id, name, destination, enabled }: StoredSink, size: number): Sink => ({
  id,
  name,
  destination,
  streams: streams.map((stream) => stateOf(stream, size)),
  enabled,
  createdAt: createdAt.toISOString(),
})

/** Nobody sends somewhere what they may not read themselves. */
const checkStreams = (streams: readonly SinkStream[], { user }: CallerContext): void => {
  if (streams.includes('activity') && !user.permissions.has('activity.read')) throw new SallyportError('forbidden')
}

/** Kinds that send nothing without a secret, and those that have none. */
const needsSecret = { 'file': false, 'syslog': null, 'webhook': true, 'object-store': true, 'otlp': null } as const

const checkSecret = (kind: keyof typeof needsSecret, given: boolean): void => {
  const needed = needsSecret[kind]
  if (needed === null || needed === given) return
  const message = needed ? 'This kind of sink needs a secret.' : 'This kind of sink has no secret.'
  throw new SallyportError('invalid_request', { message, details: ['body.sealedSecret'] })
}

/** As it rests. */
const wrapSecret = async (
  { dependencies, organization }: CallerContext,
  place: { readonly sink: string; readonly destination: SinkDestination },
  given: InputOf<RouteOf<'createSink'>>['body']['sealedSecret'],
): Promise<Uint8Array | null> => {
  checkSecret(place.destination.kind, given !== null)
  if (given === null) return null
  return (await dependencies.vault.sealSinkSecret({ organization: organization.id, ...place, ...given })).secret
}

export const sinkHandlers = {
  listSinks: async (context) => {
    const size = await sizeOf(context)
    const sinks = await context.transaction(readSinks)
    return { items: sinks.map((sink) => answerOf(sink, size)) }
  },
  createSink: async (context, { body: { name, destination, streams = ['log'], from, sealedSecret } }) => {
    checkStreams(streams, context)
    const id = randomUUID()
    const secret = await wrapSecret(context, { sink: id, destination }, sealedSecret)
    const size = await sizeOf(context)
    const wanted = { id, name, destination, secret, streams, next: from === 'beginning' ? 0 : size }
    return answerOf(await context.transaction((transaction) => createSink(transaction, wanted, authorOf(context))), size)
  },
  changeSink: async (context, { parameters, body: { name, enabled, sealedSecret } }) => {
    const { sink: id } = parameters
    const { destination } = await context.transaction((transaction) => requireSink(transaction, id))
    const secret = sealedSecret === undefined ? undefined : await wrapSecret(context, { sink: id, destination }, sealedSecret)
    const size = await sizeOf(context)
    const change = { id, name, enabled, secret }
    return answerOf(await context.transaction((transaction) => changeSink(transaction, change, authorOf(context))), size)
  },
  changeSinkStreams: async (context, { parameters, body: { streams, from } }) => {
    checkStreams(streams, context)
    const size = await sizeOf(context)
    const change = { id: parameters.sink, streams, next: from === 'beginning' ? 0 : size }
    return answerOf(await context.transaction((transaction) => changeStreams(transaction, change, authorOf(context))), size)
  },
  deleteSink: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteSink(transaction, parameters.sink, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listSinks' | 'createSink' | 'changeSink' | 'changeSinkStreams' | 'deleteSink'>
