/** What it is to drive a route that changes something. */
import type { RouteName, RouteOf } from '@sallyport/protocol/api'
import type { RawAnswer } from './raw-call.ts'
import type { RawClient } from './raw-client.ts'
import type { RawGateway } from './raw-gateway.ts'

export type MutatingRoute = { [Name in RouteName]: RouteOf<Name>['method'] extends 'GET' ? never : Name }[RouteName]

/** Who an entry must say it was. `session` absent: any. */
export interface Actor {
  readonly kind: 'user' | 'gateway' | 'service'
  readonly id: string
  readonly device?: string
  readonly session?: string
}

/** Calls the route and says who did. */
export type Act = () => Promise<Actor>
/** Prepares what the route needs, then hands out the call. */
export type Driver = () => Promise<Act>

export const done = (answer: RawAnswer): RawAnswer => {
  if (answer.code !== null) throw new Error(`refused: ${answer.text}`)
  return answer
}

export const itself = ({ user, device, session }: RawClient): Actor => ({ kind: 'user', id: user, device, session })
export const theGateway = ({ id }: RawGateway): Actor => ({ kind: 'gateway', id })
