/** The way of every call: limits, authentication, permission, input, handler, answer. */
import { SallyportError } from '@sallyport/protocol'
import type { IncomingMessage } from 'node:http'
import type { Dependencies } from '../dependencies.ts'
import { assertNever } from '../assert-never.ts'
import {
  authenticateCaller,
  authenticateGateway,
  authenticateSignIn,
  type EnrolmentKeys,
  peerCertificate,
} from './authentication/index.ts'
import type { AnyContext } from './context.ts'
import { addressOf, type IncomingCall, incomingCall } from './incoming-call.ts'
import { checkAnswer, type ParsedInput, parseInput, type RawInput } from './input.ts'
import { createRateLimiter, type RateLimiter, type RateLimits } from './rate-limit.ts'
import type { ListenerKind, ServedRoute } from './route-table.ts'

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

const checkPermission = (served: ServedRoute, context: AnyContext): void => {
  const { permission } = served.route
  if (permission === null) return
  if (!('user' in context) || !context.user.permissions.has(permission)) throw new SallyportError('forbidden')
}

/** One function for each listener: it keeps the limits of its callers. */
export const callAnswerer = ({ dependencies, listener, limits }: Answering) => {
  const limiters = limitersOf(limits, dependencies.clock)

  const authenticateSigned = async (served: ServedRoute, received: ReceivedCall, incoming: IncomingCall): Promise<AnyContext> => {
    try {
      if (served.route.authentication === 'two-signature') return await authenticateCaller(dependencies, incoming)
      return await authenticateGateway(dependencies, incoming, peerCertificate(received.request, dependencies.clock()))
    } catch (error) {
      // Who makes us check signatures for nothing is slowed down; who signs rightly is not.
      if (error instanceof SallyportError && error.kind === 'authentication') limiters.refused.take(incoming.address)
      throw error
    }
  }

  const authenticate = async (
    served: ServedRoute,
    received: ReceivedCall,
  ): Promise<{ readonly context: AnyContext; readonly input: ParsedInput | null }> => {
    const { authentication } = served.route
    const incoming = incomingCall(received.request, dependencies.contact.origins[listener], received.input.body)
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
      case 'two-signature':
      case 'gateway': {
        const context = await authenticateSigned(served, received, incoming)
        limiters.caller.take('session' in context ? context.session.id : 'gateway' in context ? context.gateway.id : address)
        return { context, input: null }
      }
      default:
        return assertNever(authentication)
    }
  }

  /** Throws what the caller is answered with. */
  return async (served: ServedRoute, received: ReceivedCall): Promise<unknown> => {
    const { context, input } = await authenticate(served, received)
    checkPermission(served, context)
    const answer = await served.handle(context, input ?? parseInput(served.route, received.input))
    const log = { event: 'call', route: served.name, actor: context.actor.id, address: addressOf(received.request) }
    dependencies.logger.debug(log, 'call')
    return checkAnswer(served.route, answer)
  }
}
