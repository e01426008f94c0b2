/** The demo's own database: a real PostgreSQL with sample data, kept between starts. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningPostgres, startPostgres } from '@sallyport/postgres'
import { createShop, makeAuthority, resetShopPasswords, SHOP_HOST_NAME, shopAccess, type ShopUsers } from '@sallyport/testkit'
import type { DemoState } from './state.ts'

const YEARS_MS = 10 * 365 * 24 * 3_600_000

interface ShopTls {
  readonly certPem: string
  readonly keyPem: string
  readonly caPem: string
}

const issue = async (): Promise<ShopTls> => {
  const authority = await makeAuthority({ name: 'shop authority' })
  const { cert, key } = await authority.issue({
    name: SHOP_HOST_NAME,
    dnsNames: [SHOP_HOST_NAME, 'localhost'],
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
    notAfter: new Date(Date.now() + YEARS_MS),
  })
  return { certPem: cert, keyPem: key, caPem: authority.ca }
}

const keptTls = async (state: DemoState): Promise<ShopTls> => {
  const file = join(state.folder, 'shop-tls.json')
  if (state.saved.complete) return JSON.parse(await readFile(file, 'utf8')) as ShopTls
  const tls = await issue()
  await writeFile(file, JSON.stringify(tls), { mode: 0o600 })
  return tls
}

export interface Shop {
  readonly postgres: RunningPostgres
  readonly caPem: string
  /** New passwords for its three users: only for the vault, only at set-up. */
  freshUsers(): Promise<ShopUsers>
}

export const startShop = async (state: DemoState): Promise<Shop> => {
  const tls = await keptTls(state)
  const postgres = await startPostgres({ dataDirectory: state.shopFolder, port: state.saved.ports.shop, hba: shopAccess, tls })
  await createShop(postgres)
  return { postgres, caPem: tls.caPem, freshUsers: () => resetShopPasswords(postgres) }
}
