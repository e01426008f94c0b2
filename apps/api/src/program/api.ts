/** The API role: its two listeners, what lives beside them, and its background jobs. */
import type { AddressInfo } from 'node:net'
import { listGatewayEntries } from '../domains/gateways/index.ts'
import { jobIdentities } from '../domains/job-identity/index.ts'
import type { Authority } from '../domains/authority/index.ts'
import { tokenKeyring } from '../domains/service-accounts/index.ts'
import { createPasswords } from '../domains/sign-in/index.ts'
import type { Contact, Dependencies } from '../dependencies.ts'
import { erasureLedger } from '../files/erasure-ledger.ts'
import { handlers } from '../http/handlers/index.ts'
import { attachLive, startLiveServices } from '../http/live/index.ts'
import { defaultRateLimits } from '../http/rate-limit.ts'
import { routeTable } from '../http/route-table.ts'
import { type ApiServer, createApiServer } from '../http/server.ts'
import { startJobs } from '../jobs/index.ts'
import type { Address } from '../links/serve.ts'
import type { LogLink, VaultLink } from '../links/index.ts'
import { startListenerCertificates } from './listener-certificates.ts'
import { createPagesServer, pagesOriginOf } from './pages.ts'
import { replayErasures } from './replay-erasures.ts'
import type { RoleParts } from './roles.ts'
import { watchParts } from './watch-parts.ts'
import { sealClearRows } from './seal-clear-rows.ts'

export interface ApiParts extends RoleParts {
  readonly links: { readonly vault: VaultLink; readonly log: LogLink }
  /** Collects what is to be closed, the last opened first. */
  readonly closing: (() => Promise<void> | void)[]
}

export interface RunningApi {
  readonly contact: Contact
  readonly addresses: { readonly public: Address; readonly gateway: Address; readonly pages: Address }
}

/** Certificates and trust bundles are signed by the vault. */
export const authorityOf = (vault: VaultLink, clock: () => number): Authority => ({
  clock,
  signer: {
    publicKey: async (key) => (await vault.authorityPublicKey({ key })).publicKey,
    nextKey: async (key) => (await vault.authorityNextKey({ key })).publicKey,
    sign: async (key, payload, data) => (await vault.authoritySign({ key, payload, data: new Uint8Array(data) })).signature,
  },
})

/** What the API and the pages have in common. */
interface Listening {
  readonly server: Pick<ApiServer['server'], 'address'>
  listen(address: { readonly host: string; readonly port: number }): PromiseLike<unknown>
}

const listen = async (server: Listening, address: Address): Promise<Address> => {
  await server.listen({ host: address.host, port: address.port })
  const { port } = server.server.address() as AddressInfo
  return { host: address.host, port }
}

/** An origin without a configured name: the address itself. The usual port of HTTPS is left out, as in `@target-uri`. */
export const originOf = ({ host, port }: Address): string =>
  new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`).origin

export const startApi = async (parts: ApiParts): Promise<RunningApi> => {
  const { config, server, pools, clock, logger, links, closing } = parts
  const pool = pools.of('api')
  const login = server.login('api')
  const authority = {
    ...authorityOf(links.vault, clock),
    certifiesListeners: config.tls === null,
    sessionLifetime: config.sessionCertificateLifetime,
  }
  const live = startLiveServices({ pool, login, vault: links.vault, clock, logger })
  closing.push(() => live.close())
  const certificates = await startListenerCertificates({ config, pool, authority, logger })
  closing.push(() => certificates.close())
  const partsHealth = await watchParts({ ...links, pool, logger })
  closing.push(() => partsHealth.close())
  // Known when both listen, and needed only by then.
  const origins = {
    public: config.origins.public ?? '',
    gateway: config.origins.gateway ?? '',
    pages: config.origins.pages ?? '',
  }
  const keys = { vaultKeys: links.vault.vaultKeys, receiptKeys: links.log.receiptKeys }
  const ledger = erasureLedger(config.erasureLedger)
  const dependencies: Dependencies = {
    pool,
    clock,
    logger,
    contact: {
      origins,
      get apiRoot() {
        return certificates.apiRoot()
      },
    },
    authority,
    trustBundles: { ...authority, pool, keys, gateways: listGatewayEntries },
    passwords: await createPasswords(),
    vault: links.vault,
    log: links.log,
    erasureLedger: ledger,
    activityKeys: live.activityKeys,
    announcer: live.announcer,
    probes: live.probes,
    jobIdentities: jobIdentities({ pool, vault: links.vault, clock }),
    tokenKeys: tokenKeyring({ ask: links.vault.tokenKeys, clock }),
    partsHealth: partsHealth.health,
  }
  await sealClearRows({ pool, logger })
  await replayErasures({ pool, clock, logger, ledger })
  const table = routeTable(handlers)
  const serverOf = (listener: 'public' | 'gateway'): ApiServer =>
    createApiServer({ dependencies, listener, limits: defaultRateLimits, tls: certificates[listener], routes: table[listener] })
  const servers = { public: serverOf('public'), gateway: serverOf('gateway') }
  closing.push(async () => {
    await Promise.all([servers.public.close(), servers.gateway.close()])
  })
  const upgrades = attachLive({
    dependencies,
    feed: live.feed,
    hub: live.hub,
    servers: { public: servers.public.server, gateway: servers.gateway.server },
  })
  closing.push(() => upgrades.close())
  const pages = createPagesServer({ config, dependencies, tls: certificates.pages })
  closing.push(() => pages.close())
  const addresses = {
    public: await listen(servers.public, config.listen.public),
    gateway: await listen(servers.gateway, config.listen.gateway),
    pages: await listen(pages, config.listen.pages),
  }
  origins.public = config.origins.public ?? originOf(addresses.public)
  origins.gateway = config.origins.gateway ?? originOf(addresses.gateway)
  origins.pages = pagesOriginOf(config, addresses.pages)
  const jobs = startJobs({
    pool,
    login,
    clock,
    logger,
    authority,
    activityKeys: live.activityKeys,
    sinks: config.sinks,
    partsHealth: partsHealth.health,
    ...links,
  })
  closing.push(() => jobs.stop())
  return { contact: dependencies.contact, addresses }
}
