import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditEntryType } from '@sallyport/protocol/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { VaultLink } from '../../links/index.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import {
  administrator,
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'
import { startVault } from '../vault.ts'

const [HOUR, DAY] = [3_600_000, 86_400_000]
const clock: MovedClock = { now: Date.now() }
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})
beforeEach(async () => {
  clock.now = Date.now()
  world = await makeUnlockWorld(database, roles, clock)
})

const asked = () => ({ organization: world.organization, actor: administrator })
const rootKey = (name: string) => ({ driver: 'local', rootKey: { kind: 'file', path: join(roles.folder, name) } }) as const
const vaultUnder = async (present: string, previous: readonly string[] = []) => {
  const { link } = await startVault({
    pool: database.pools.vault,
    kms: rootKey(present),
    kmsOptions: { previous: previous.map(rootKey) },
    log: roles.log.link,
    clock: () => clock.now,
    logger: quietLogger(),
  })
  return link
}
const entriesOf = async (type: AuditEntryType) => {
  const { rows } = await roles.log.link.listEntries({ organization: world.organization, limit: 500, below: null, type })
  return rows.length
}
const bundleNumber = () =>
  withOrganization(database.pools.api, world.organization, async (transaction) => {
    const row = await transaction.selectFrom('organizations').select('trust_bundle_number').executeTakeFirstOrThrow()
    return Number(row.trust_bundle_number)
  })
const keepAll = async (vault: VaultLink): Promise<void> => {
  while ((await vault.keepKeys({ organization: world.organization })).more);
}

describe('another root key in the place of the right one', () => {
  it('is refused when the vault starts, which says where it lies and begins nothing anew', async () => {
    const path = join(roles.folder, 'vault.key')
    const [kept, other] = [await readFile(path), randomBytes(32)]
    const keysOf = () =>
      withOrganization(database.pools.vault, world.organization, (transaction) =>
        transaction.selectFrom('vault_keys').selectAll().orderBy('id').execute(),
      )
    const before = await keysOf()
    try {
      await writeFile(path, other)
      await expect(vaultUnder('vault.key')).rejects.toMatchObject({
        code: 'kms_key_missing',
        message: expect.stringContaining(path) as string,
      })
      expect(await readFile(path)).toEqual(other)
      expect(await keysOf()).toEqual(before)
    } finally {
      await writeFile(path, kept)
    }
    const vault = await vaultUnder('vault.key')
    await expect(world.unlock({}, { vault })).resolves.toBeDefined()
  })
})

describe('moving to another root key', () => {
  it('brings everything under it, while unlocks go on, until the one before opens nothing', async () => {
    const both = await vaultUnder('next.key', ['vault.key'])
    const before = await both.keyState(asked())
    expect(before.wrapped.newest).toBe(0)
    expect(before.wrapped.older).toBeGreaterThanOrEqual(2)
    const unlocks = Promise.all(Array.from({ length: 6 }, () => world.unlock({}, { vault: both })))
    await keepAll(both)
    expect(await unlocks).toHaveLength(6)
    expect((await both.keyState(asked())).wrapped).toMatchObject({ older: 0 })
    const alone = await vaultUnder('next.key')
    await expect(world.unlock({}, { vault: alone })).resolves.toBeDefined()
    const old = await vaultUnder('vault.key')
    await expect(world.unlock({}, { vault: old })).rejects.toMatchObject({ code: 'secret_unavailable' })
    expect(await entriesOf('keys.rewrapped')).toBe(1)
    // Other tests of this file go on under the first one.
    await keepAll(await vaultUnder('vault.key', ['next.key']))
  })

  it('passes over one that does not open, tells of it once, and takes it again when it is put right', async () => {
    const both = await vaultUnder('broken.key', ['vault.key'])
    await both.authorityPublicKey({ key: { scope: 'organization', organization: world.organization, name: 'root' } })
    const inVault = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
      withOrganization(database.pools.vault, world.organization, work)
    const put = (wrapped: Buffer) =>
      inVault((transaction) => transaction.updateTable('vault_keys').set({ wrapped }).where('use', '=', 'root').execute())
    const { wrapped } = await inVault((transaction) =>
      transaction.selectFrom('vault_keys').select('wrapped').where('use', '=', 'root').executeTakeFirstOrThrow(),
    )
    await put(Buffer.from('damaged'))
    await both.rewrapKeys(asked())
    clock.now += 2 * HOUR
    const { wrapped: counts } = await both.rewrapKeys(asked())
    expect(counts).toMatchObject({ older: 1, unopened: 1 })
    await expect(world.unlock({}, { vault: both })).resolves.toBeDefined()
    const alerts = await inVault((transaction) =>
      transaction.selectFrom('alerts').select('message').where('kind', '=', 'key-unopened').execute(),
    )
    expect(alerts).toEqual([{ message: expect.stringContaining('the root key ') }])
    await put(wrapped)
    expect((await both.rewrapKeys(asked())).wrapped).toMatchObject({ older: 0, unopened: 0 })
    await keepAll(await vaultUnder('vault.key', ['broken.key']))
  })

  it('goes on behind more of them than one step takes', async () => {
    const both = await vaultUnder('many.key', ['vault.key'])
    await withOrganization(database.pools.vault, world.organization, async (transaction) => {
      for (let month = 1; month <= 12; month++) {
        for (const year of ['1999', '2000']) {
          const period = `${year}-${String(month).padStart(2, '0')}`
          const wrapped = Buffer.from(`damaged ${period}`)
          await transaction.insertInto('activity_keys').values({ period, id: randomUUID(), wrapped }).execute()
        }
      }
    })
    await keepAll(both)
    expect((await both.keyState(asked())).wrapped).toMatchObject({ older: 24, unopened: 24 })
    const alone = await vaultUnder('many.key')
    await expect(world.unlock({}, { vault: alone })).resolves.toBeDefined()
    await keepAll(await vaultUnder('vault.key', ['many.key']))
  })

  it('records exactly one entry when somebody asks for it, also when there was nothing to do', async () => {
    await roles.vault.rewrapKeys(asked())
    expect(await entriesOf('keys.rewrapped')).toBe(1)
    await roles.vault.keepKeys(asked())
    expect(await entriesOf('keys.rewrapped')).toBe(1)
  })
})

describe('new data keys', () => {
  const rows = () =>
    withOrganization(database.pools.vault, world.organization, async (transaction) => [
      ...(await transaction.selectFrom('secret_versions').select(['wrapped_key as wrapped', 'ciphertext']).execute()),
      ...(await transaction.selectFrom('vault_keys').select(['wrapped']).execute()),
    ])

  it('replace all of before, while unlocks go on, and say when they are done', async () => {
    const before = await rows()
    clock.now += HOUR
    const state = await roles.vault.rotateDataKeys(asked())
    expect(state.dataKeys).toMatchObject({ finishedAt: null })
    const unlocks = Promise.all(Array.from({ length: 4 }, () => world.unlock()))
    await keepAll(roles.vault)
    expect(await unlocks).toHaveLength(4)
    const after = await rows()
    const kept = new Set(before.map(({ wrapped }) => wrapped.toString('hex')))
    expect(after.filter(({ wrapped }) => kept.has(wrapped.toString('hex')))).toEqual([])
    expect(after).toHaveLength(before.length)
    const { dataKeys } = await roles.vault.keyState(asked())
    expect(dataKeys).toMatchObject({ finishedAt: new Date(clock.now).toISOString(), left: 0 })
    expect(await entriesOf('data-keys.rotation-started')).toBe(1)
    expect(await entriesOf('data-keys.rotated')).toBe(1)
    await expect(world.unlock()).resolves.toBeDefined()
  })

  it('come by themselves after a year', async () => {
    await keepAll(roles.vault)
    const before = await rows()
    clock.now += 366 * DAY
    await keepAll(roles.vault)
    const kept = new Set(before.map(({ wrapped }) => wrapped.toString('hex')))
    expect((await rows()).filter(({ wrapped }) => kept.has(wrapped.toString('hex')))).toEqual([])
  })
})

describe('a new vault key', () => {
  it('is announced first, and what was sealed to the one before still opens for a while', async () => {
    const number = await bundleNumber()
    const [old] = (await roles.vault.vaultKeys(asked())).keys
    const state = await roles.vault.rotateVaultKey(asked())
    expect(state.vaultKeys.map(({ retiresAt }) => retiresAt === null)).toEqual([true, false])
    const { keys } = await roles.vault.vaultKeys(asked())
    expect(keys[1]).toEqual(old)
    expect(keys[0]!.id).not.toBe(old!.id)
    expect(await bundleNumber()).toBe(number + 1)
    expect(await entriesOf('vault-key.rotated')).toBe(1)
    await expect(world.unlock()).resolves.toBeDefined()
  })

  it('ends the one before when its time is over, also for a vault that has used it', async () => {
    await world.unlock()
    await roles.vault.rotateVaultKey(asked())
    clock.now += 8 * DAY
    await roles.vault.keepKeys(asked())
    const { keys } = await roles.vault.vaultKeys(asked())
    expect(keys).toHaveLength(1)
    expect(await entriesOf('vault-key.retired')).toBe(1)
  })

  it('comes by itself after ninety days, once', async () => {
    await roles.vault.keepKeys(asked())
    expect((await roles.vault.vaultKeys(asked())).keys).toHaveLength(1)
    clock.now += 91 * DAY
    await Promise.all([roles.vault.keepKeys(asked()), roles.vault.keepKeys(asked())])
    expect(await entriesOf('vault-key.rotated')).toBe(1)
    expect((await roles.vault.vaultKeys(asked())).keys).toHaveLength(2)
  })

  it('is refused while too many of before still open', async () => {
    for (let count = 0; count < 7; count++) await roles.vault.rotateVaultKey(asked())
    await expect(roles.vault.rotateVaultKey(asked())).rejects.toMatchObject({ code: 'limit_reached' })
    await expect(world.unlock()).resolves.toBeDefined()
  })
})
