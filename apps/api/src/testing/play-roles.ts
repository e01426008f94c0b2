import { BlockList } from 'node:net'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestDatabase } from '../db/testing.ts'
import type { Authority, TrustBundles } from '../domains/authority/index.ts'
import { personalKeysOf, usePersonalKeys } from '../domains/personal-data/index.ts'
import { listGatewayEntries } from '../domains/gateways/index.ts'
import type { LogLink, VaultLink } from '../links/index.ts'
import { startRoles } from '../roles/link.ts'
import { listenTo } from './listen-to.ts'
import { quietLogger } from './quiet-logger.ts'

export interface PlayedRoles {
  readonly vault: VaultLink
  readonly log: LogLink
  readonly authority: Authority
  readonly trustBundles: TrustBundles
  close(): Promise<void>
}

/** The vault and log roles as one process plays them, with root keys of their own in a temporary folder. */
export const playRoles = async (database: TestDatabase, clock: () => number = Date.now): Promise<PlayedRoles> => {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'sallyport-roles-'))
  const notifications = listenTo(database, 'log')
  const roles = await startRoles({
    roles: ['api', 'vault', 'log'],
    clock,
    logger: quietLogger(),
    vault: { pool: database.pools.vault, kms: { driver: 'local', rootKey: { kind: 'file', path: join(folder, 'vault.key') } } },
    log: {
      pool: database.pools.log,
      rootKey: { kind: 'file', path: join(folder, 'log.key') },
      notifications,
      witnessNetworks: new BlockList(),
    },
  })
  const { vault, log } = roles.api!
  usePersonalKeys(database.pools.api, personalKeysOf(vault.personalKey))
  const signer: Authority['signer'] = {
    publicKey: async (key) => (await vault.authorityPublicKey({ key })).publicKey,
    nextKey: async (key) => (await vault.authorityNextKey({ key })).publicKey,
    sign: async (key, payload, data) => (await vault.authoritySign({ key, payload, data: new Uint8Array(data) })).signature,
  }
  const authority = { signer, clock }
  const keys = { vaultKeys: vault.vaultKeys, receiptKeys: log.receiptKeys }
  return {
    vault,
    log,
    authority,
    trustBundles: { ...authority, pool: database.pools.api, keys, gateways: listGatewayEntries },
    close: async () => {
      await roles.close()
      await notifications.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
