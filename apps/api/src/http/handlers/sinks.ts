/** Where the log is sent. What a sink needs to send is the vault's: it wraps it, and nobody here reads it. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { Sink } from '@sallyport/protocol/api'
import { changeSink, createSink, deleteSink, readSinks, type StoredSink } from '../../domains/sinks/index.ts'
import type { CallerContext } from '../context.ts'
import type { HandlersOf } from '../handler.ts'
import { authorOf } from './author.ts'

/** Entries of the organization's log. */
const sizeOf = async ({ dependencies, organization }: Pick<CallerContext, 'dependencies' | 'organization'>): Promise<number> =>
  (await dependencies.log.logState({ organization: organization.id })).size

const answerOf = (sink: StoredSink, size: number): Sink => ({
  id: sink.id,
  name: sink.name,
  destination: sink.destination,
  enabled: sink.enabled,
  createdAt: sink.createdAt.toISOString(),
  next: sink.next,
  behind: Math.max(0, size - sink.next),
  deliveredAt: sink.deliveredAt?.toISOString() ?? null,
  problem:
    sink.problem === null
      ? null
      : {
          message: sink.problem.message,
          since: sink.problem.since.toISOString(),
          retryAt: sink.problem.retryAt.toISOString(),
        },
})

/** Kinds that send nothing without a secret, and those that have none. */
const needsSecret = { 'file': false, 'syslog': false, 'webhook': true, 'object-store': true, 'otlp': null } as const

const checkSecret = (kind: keyof typeof needsSecret, given: boolean): void => {
  const needed = needsSecret[kind]
  if (needed === null || needed === given) return
  const message = needed ? 'This kind of sink needs a secret.' : 'This kind of sink has no secret.'
  throw new SallyportError('invalid_request', { message, details: ['body.sealedSecret'] })
}

export const sinkHandlers = {
  listSinks: async (context) => {
    const size = await sizeOf(context)
    const sinks = await context.transaction(readSinks)
    return { items: sinks.map((sink) => answerOf(sink, size)) }
  },
  createSink: async (context, { body: { name, destination, from, sealedSecret } }) => {
    checkSecret(destination.kind, sealedSecret !== null)
    const { dependencies, organization } = context
    const place = { organization: organization.id, sink: randomUUID(), destination }
    const wrapped = sealedSecret === null ? null : (await dependencies.vault.sealSinkSecret({ ...place, ...sealedSecret })).secret
    const size = await sizeOf(context)
    const wanted = { id: place.sink, name, destination, secret: wrapped, next: from === 'beginning' ? 0 : size }
    return answerOf(await context.transaction((transaction) => createSink(transaction, wanted, authorOf(context))), size)
  },
  changeSink: async (context, { parameters, body: { name, enabled } }) => {
    const size = await sizeOf(context)
    const change = { id: parameters.sink, name, enabled }
    return answerOf(await context.transaction((transaction) => changeSink(transaction, change, authorOf(context))), size)
  },
  deleteSink: async (context, { parameters }) => {
    await context.transaction((transaction) => deleteSink(transaction, parameters.sink, authorOf(context)))
    return {}
  },
} satisfies HandlersOf<'listSinks' | 'createSink' | 'changeSink' | 'deleteSink'>
