/** The way of every call: limits, authentication, permission, input, handler, answer. */
import { assertNever, SallyportError } from '@sallyport/protocol'
import { type Permission, PRESENCE_FIELD } from '@sallyport/protocol/api'
import type { IncomingMessage } from 'node:http'
import { requirePresence } from '../domains/presence/index.ts'
import type { Dependencies } from '../dependencies.ts'
import {
  authenticateCaller,
  authenticateGateway,
  authenticateService,
  authenticateServiceToken,
  authenticateSignIn,
  type EnrolmentKeys,
  type NamedAccount,
  peerCertificate,
} from './authentication/index.ts'
import type { AnyContext } from './context.ts'
import { addressOf, type IncomingCall, incomingCall } from './incoming-call.ts'
import { checkAnswer, type ParsedInput, parseInput, type RawInput } from './input.ts'
import { createRateLimiter, type RateLimiter, type RateLimits } from './rate-limit.ts'
import type { ListenerKind, ServedRoute } from './route-table.ts'
import { checkSupport, recordSupportAnswer } from './support-access.ts'

export interface Answering {
  readonly dependencies: Dependencies
  readonly listener: ListenerKind
  readonly limits: RateLimits
}

export interface ReceivedCall {
  readonly request: IncomingMessage
  readonly input: RawInput
}

type Limiters = Readonly<Record<keyof RateLimits, RateLimiter>>

const limitersOf = (limits: RateLimits, clock: () => number): Limiters => ({
  public: createRateLimiter(limits.public, clock),
  signIn: createRateLimiter(limits.signIn, clock),
  caller: createRateLimiter(limits.caller, clock),
  refused: createRateLimiter(limits.refused, clock),
})

const permissionsOf = (context: AnyContext): ReadonlySet<Permission> => {
  if ('user' in context) return context.user.permissions
  return 'account' in context ? context.account.permissions : new Set()
}

/** Who is slowed down together. */
const callerOf = (context: AnyContext): string => {
  if ('session' in context) return context.session.id
  if ('account' in context) return context.account.id
  return 'gateway' in context ? context.gateway.id : context.address
}

/** A token counts only for what its purpose is. */
const checkPurpose = ({ route }: ServedRoute, context: AnyContext): void => {
  if (!('account' in context) || route.purposes === undefined) return
  const { purpose } = context.account
  if (purpose === null || !route.purposes.includes(purpose)) throw new SallyportError('wrong_purpose')
}

const checkPermission = (served: ServedRoute, context: AnyContext): void => {
  const { permission } = served.route
  if (permission === null) return
  if (!permissionsOf(context).has(permission)) throw new SallyportError('forbidden')
}

/** A call that only the agent's own programs could make needs a proof that a person was there, too. */
const checkPresence = async (served: ServedRoute, context: AnyContext, incoming: IncomingCall): Promise<void> => {
  const { presence: level } = served.route
  if (level === undefined) return
  const presence = incoming.call.fields[PRESENCE_FIELD]
  if (!('session' in context) || presence === undefined) throw new SallyportError('presence_required')
  const act = { method: served.route.method, target: incoming.target, body: incoming.call.body }
  const check = { session: context.session.id, presence, level, act, now: context.now() }
  await context.transaction((transaction) => requirePresence(transaction, check))
}

/** One function for each listener: it keeps the limits of its callers. */
export const callAnswerer = ({ dependencies, listener, limits }: Answering) => {
  const limiters = limitersOf(limits, dependencies.clock)

  /** Who makes us check signatures for nothing is slowed down; who signs rightly is not. */
  const slowed = async (incoming: IncomingCall, work: () => Promise<AnyContext>): Promise<AnyContext> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof SallyportError && error.kind === 'authentication') limiters.refused.take(incoming.address)
      throw error
    }
  }

  const authenticateSigned = (served: ServedRoute, received: ReceivedCall, incoming: IncomingCall): Promise<AnyContext> =>
    slowed(incoming, async () => {
      const { authentication, purposes } = served.route
      if (purposes !== undefined && incoming.call.fields['authorization'] !== undefined) {
        return authenticateServiceToken(dependencies, incoming)
      }
      if (authentication === 'two-signature') return authenticateCaller(dependencies, incoming)
      return authenticateGateway(dependencies, incoming, peerCertificate(received.request, dependencies.clock()))
    })

  const authenticate = async (
    served: ServedRoute,
    received: ReceivedCall,
    incoming: IncomingCall,
  ): Promise<{ readonly context: AnyContext; readonly input: ParsedInput | null }> => {
    const { authentication } = served.route
    const { address } = incoming
    switch (authentication) {
      case 'public': {
        limiters.public.take(address)
        const actor = { kind: 'anonymous', id: null, device: null, session: null, address } as const
        return { context: { dependencies, address, actor, now: dependencies.clock }, input: null }
      }
      case 'sign-in': {
        limiters.signIn.take(address)
        const input = parseInput(served.route, received.input)
        return { context: await authenticateSignIn(dependencies, incoming, input.body as EnrolmentKeys), input }
      }
      case 'service': {
        const input = parseInput(served.route, received.input)
        const context = await slowed(incoming, () => authenticateService(dependencies, incoming, input.body as NamedAccount))
        // Each token costs a call of the KMS.
        limiters.signIn.take(callerOf(context))
        return { context, input }
      }
      case 'two-signature':
      case 'gateway': {
        const context = await authenticateSigned(served, received, incoming)
        limiters.caller.take(callerOf(context))
        return { context, input: null }
      }
      default:
        return assertNever(authentication)
    }
  }

  /** Throws what the caller is answered with. */
  return async (served: ServedRoute, received: ReceivedCall): Promise<unknown> => {
    const incoming = incomingCall(received.request, dependencies.contact.origins[listener], received.input.body)
    const { context, input } = await authenticate(served, received, incoming)
    checkPurpose(served, context)
    checkPermission(served, context)
    checkSupport(served, context)
    const parsed = input ?? parseInput(served.route, received.input)
    // Last, so that nobody is asked to confirm what would be refused anyway.
    await checkPresence(served, context, incoming)
    const answer = await served.handle(context, parsed)
    const log = { event: 'call', route: served.name, actor: context.actor.id, address: addressOf(received.request) }
    dependencies.logger.debug(log, 'call')
    const checked = checkAnswer(served.route, answer)
    await recordSupportAnswer(served, context, parsed)
    return checked
  }
}
