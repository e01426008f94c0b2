import type { RunningPostgres, TlsFiles } from '@sallyport/postgres'
import { makeAuthority } from '../certificates.ts'
import { madeOnce } from '../run-folder.ts'
import type { TemporaryPostgresOptions } from '../temporary-postgres.ts'
import { temporaryPostgres } from '../temporary-postgres.ts'
import type { ShopUsers } from './shop.ts'
import { createShop, resetShopPasswords, SHOP_DATABASE, shopAccess } from './shop.ts'

/** A name in the shop's certificate besides `localhost` and `127.0.0.1`. */
export const SHOP_HOST_NAME = 'shop.test'

export interface ShopDatabase {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly database: string
  /** PEM of whom to trust for the server's certificate, which names 127.0.0.1, localhost and shop.test. */
  readonly caPem: string
  /** PEM of the server's certificate, to pin. */
  readonly certificatePem: string
  readonly users: ShopUsers
  readonly postgres: RunningPostgres
  stop(): Promise<void>
}

export type ShopOptions = Omit<TemporaryPostgresOptions, 'tls' | 'listen' | 'from'>

const issueServerCertificate = async (): Promise<Required<TlsFiles>> => {
  const authority = await makeAuthority({ name: 'shop authority' })
  const { cert, key } = await authority.issue({
    name: SHOP_HOST_NAME,
    dnsNames: [SHOP_HOST_NAME, 'localhost'],
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
  })
  return { certPem: cert, keyPem: key, caPem: authority.ca }
}

/** The shop with its rows, for whoever wants no other binaries; null outside a test run. */
const filledShop = (): Promise<string | null> =>
  madeOnce('shop', async (folder) => {
    const postgres = await temporaryPostgres()
    try {
      await createShop(postgres)
      await postgres.keep(folder)
    } catch (error) {
      await postgres.stop()
      throw error
    }
  })

/**
 * Starts the shop for one test: a real PostgreSQL on a free port of 127.0.0.1 that takes SCRAM over TLS only, with sample
 * data and three users. `settings`, `hba` and `binaries` may differ; client certificates of the same authority are trusted.
 */
export const shopDatabase = async (options: ShopOptions = {}): Promise<ShopDatabase> => {
  const tls = await issueServerCertificate()
  const from = options.binaries === undefined ? await filledShop() : null
  const postgres = await temporaryPostgres({ port: 0, hba: shopAccess, ...options, ...(from === null ? {} : { from }), tls })
  try {
    if (from === null) await createShop(postgres)
    return {
      host: '127.0.0.1',
      port: postgres.port,
      database: SHOP_DATABASE,
      caPem: tls.caPem,
      certificatePem: tls.certPem,
      users: await resetShopPasswords(postgres),
      postgres,
      stop: () => postgres.stop({ mode: 'immediate' }),
    }
  } catch (error) {
    await postgres.stop({ mode: 'immediate' })
    throw error
  }
}
