/** A proof that a person was present: they give their password to the API's page, never to this program or its faces. */
import { fromUtf8 } from '@sallyport/protocol'
import { buildRequest, type ResponseOf, type RouteName, type RouteOf, routes } from '@sallyport/protocol/api'
import type { RunningSession } from '../session/running-session.ts'
import { receiveCode } from './code-receiver.ts'
import { checkPageAddress, donePage } from './page-address.ts'
import type { BrowserTask } from './tasks.ts'

export type Presence = ResponseOf<RouteOf<'finishPresence'>>

/** A call that the page shows in words. */
export interface IntendedCall {
  readonly route: RouteName
  readonly input: unknown
}

/** Exactly what will be sent. */
const actOf = (origin: string, { route, input }: IntendedCall) => {
  const { method, targetUri, body } = buildRequest(origin, routes[route], (input ?? {}) as object)
  const { pathname, search } = new URL(targetUri)
  return { method: method as 'POST', target: `${pathname}${search}`, body: fromUtf8(body) }
}

export interface PresenceWish {
  readonly call: IntendedCall | null
  /** The browser is on another computer. */
  readonly paste: boolean
}

/** Throws `invalid_request` for a call that needs no confirmation. */
export const beginPresence = async (session: RunningSession, { call, paste }: PresenceWish): Promise<BrowserTask<Presence>> => {
  const waiting = await receiveCode(paste)
  try {
    const act = call === null ? null : actOf(session.live.enrolment.api, call)
    const { url } = await session.call('beginPresence', { body: { ...waiting.receiver, act } })
    const page = checkPageAddress(url)
    waiting.leadTo(donePage(page))
    const finish = async (): Promise<Presence> => {
      try {
        const code = await waiting.code
        return await session.call('finishPresence', { body: { code, verifier: waiting.verifier } })
      } finally {
        waiting.close()
      }
    }
    return { url: page.href, done: finish(), give: waiting.give, close: waiting.close }
  } catch (error) {
    waiting.close()
    throw error
  }
}
