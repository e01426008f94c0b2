/** Calls that need a person: made again once they have confirmed on a page. The proof is kept as long as this process lives. */
import { SallyportError } from '@sallyport/protocol'
import type { RouteName } from '@sallyport/protocol/api'
import type { LocalClient } from '../../local/local-client.ts'
import type { Visits } from './visit-page.ts'

/** A proof that `sallyport confirm` printed for this terminal. */
export const PRESENCE_VARIABLE = 'SALLYPORT_PRESENCE'

export interface PresenceOptions {
  readonly agent: () => Promise<LocalClient>
  readonly visits: Visits
  readonly environment: NodeJS.ProcessEnv
}

export interface Confirmed {
  readonly presence: string
  readonly expiresAt: string
}

export interface Presence {
  /** Makes a call; when it needs a person, asks for them first. */
  call(route: RouteName, input: unknown): Promise<unknown>
  /** For every call that asks for recent presence. */
  confirm(): Promise<Confirmed>
}

export const createPresence = ({ agent, visits, environment }: PresenceOptions): Presence => {
  let known = environment[PRESENCE_VARIABLE]
  const ask = async (call: { readonly route: RouteName; readonly input: unknown } | null) => {
    const local = await agent()
    const { id, url } = await local.call('beginPresence', { call, paste: visits.paste })
    await visits.visit(local, { id, url, request: 'Confirm in the browser that it is you:' })
    return local.call('awaitPresence', { id })
  }
  const send = async (route: RouteName, input: unknown, presence: string | undefined): Promise<unknown> =>
    (await agent()).call('api', { route, input, ...(presence === undefined ? {} : { presence }) })
  return {
    call: async (route, input) => {
      try {
        return await send(route, input, known)
      } catch (error) {
        if (!(error instanceof SallyportError) || error.code !== 'presence_required') throw error
        const { presence, single } = await ask({ route, input })
        if (!single) known = presence
        return send(route, input, presence)
      }
    },
    confirm: () => ask(null),
  }
}
