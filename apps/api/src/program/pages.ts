/** The third listener: pages for people's browsers. How it is reached, and whether it speaks TLS itself. */
import type { Config } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import type { ListenerTls } from '../http/tls.ts'
import type { Address } from '../links/serve.ts'
import { createPageServer, type PageServer } from '../pages/server.ts'
import { isLoopback } from './loopback.ts'

/** On loopback there is nothing to protect on the way; a proxy there may end TLS for the rest of the world. */
const isPlain = ({ listen }: Pick<Config, 'listen'>): boolean => isLoopback(listen.pages.host)

/** `address`: on which it listens. */
export const pagesOriginOf = (config: Pick<Config, 'origins' | 'listen'>, { host, port }: Address): string =>
  config.origins.pages ??
  new URL(`${isPlain(config) ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`).origin

export interface PagesOptions {
  readonly config: Config
  readonly dependencies: Dependencies
  readonly tls: ListenerTls
}

export const createPagesServer = ({ config, dependencies, tls }: PagesOptions): PageServer => {
  const plain = isPlain(config)
  return createPageServer({
    dependencies,
    tls: plain ? null : tls,
    // Reached by HTTPS, though it speaks none: a proxy of the operator's stands before it and says for whom it asks.
    behindProxy: plain && (config.origins.pages?.startsWith('https:') ?? false),
  })
}
