import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
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

const DAY = 86_400_000
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
const vaultUnder = (present: string, previous: readonly string[] = []) =>
  startVault({
    pool: database.pools.vault,
    kms: rootKey(present),
    kmsOptions: { previous: previous.map(rootKey) },
    log: roles.log.link,
    clock: () => clock.now,
    logger: quietLogger(),
  })
const entriesOf = async (type: 'keys.rewrapped' | 'vault-key.rotated' | 'vault-key.retired') => {
  const { rows } = await roles.log.link.listEntries({ organization: world.organization, limit: 500, below: null, type })
  return rows.length
}
const bundleNumber = () =>
  withOrganization(database.pools.api, world.organization, async (transaction) => {
    const row = await transaction.selectFrom('organizations').select('trust_bundle_number').executeTakeFirstOrThrow()
    return Number(row.trust_bundle_number)
  })
const keepAll = async (vault: Awaited<ReturnType<typeof startVault>>): Promise<void> => {
  while ((await vault.keepKeys({ organization: world.organization })).more);
}

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

  it('changes nothing when one of them does not open', async () => {
    const both = await vaultUnder('broken.key', ['vault.key'])
    await both.authorityPublicKey({ key: { scope: 'organization', organization: world.organization, name: 'root' } })
    await withOrganization(database.pools.vault, world.organization, (transaction) =>
      transaction
        .updateTable('vault_keys')
        .set({ wrapped: Buffer.from('damaged') })
        .where('use', '=', 'root')
        .execute(),
    )
    await expect(both.rewrapKeys(asked())).rejects.toMatchObject({ code: 'secret_unavailable' })
    await expect(world.unlock()).resolves.toBeDefined()
    expect(await entriesOf('keys.rewrapped')).toBe(0)
  })

  it('records exactly one entry when somebody asks for it, also when there was nothing to do', async () => {
    await roles.vault.rewrapKeys(asked())
    expect(await entriesOf('keys.rewrapped')).toBe(1)
    await roles.vault.keepKeys(asked())
    expect(await entriesOf('keys.rewrapped')).toBe(1)
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
