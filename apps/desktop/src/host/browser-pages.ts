/**
 * Pages in the system browser that the agent began: the renderer names them by id and never by address, so that no page of ours
 * can open another one than those.
 */
import { uuid } from '@sallyport/protocol'
import { z } from 'zod'
import { localMethods } from '../shared/local-api.ts'
import type { AskAgent } from './answer-app.ts'

/** Longer ago than so many, nobody waits for a page any more. */
const MAX_KEPT = 16
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])$/

const begun = z.object({ id: uuid, url: z.string() })

/** Web pages only, and plain HTTP on this computer only: an address that the system hands to a program of its choice. */
const isWebPage = (address: string): boolean => {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

export class BrowserPages {
  readonly #addresses = new Map<string, string>()

  /** Passes calls on to the agent, and remembers the pages that it began. */
  listen(askAgent: AskAgent): AskAgent {
    return async (method, params) => {
      const result = await askAgent(method, params)
      if (method === 'beginSignIn' || method === 'beginPresence' || method === 'beginUnlock')
        this.#keep(localMethods[method].result.parse(result))
      return result
    }
  }

  /** null: the agent began no page of this id, or none that a browser should show. */
  address(id: string): string | null {
    return this.#addresses.get(id) ?? null
  }

  #keep(result: unknown): void {
    const { id, url } = begun.parse(result)
    if (!isWebPage(url)) return
    this.#addresses.set(id, url)
    const [oldest] = this.#addresses.keys()
    if (this.#addresses.size > MAX_KEPT && oldest !== undefined) this.#addresses.delete(oldest)
  }
}
