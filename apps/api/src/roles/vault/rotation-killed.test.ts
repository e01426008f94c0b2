/**
 * Rotations of keys are killed with -9 at every step that they have, in a process of their own. Whatever is there then opens, and
 * whoever comes next brings it to its end: nothing is lost, nothing is there twice, and what is said of it is true.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AuditEntryType } from '@sallyport/protocol/api'
import { bundledProgram } from '@sallyport/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { VaultLink } from '../../links/index.ts'
import type { KilledRotation } from '../../testing/killed-rotation.ts'
import {
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { startVault } from '../vault.ts'

const run = promisify(execFile)
const PATIENCE = 240_000
const MINUTE = 60_000
const clock: MovedClock = { now: Date.now() }
let program: string
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld

beforeAll(async () => {
  program = await bundledProgram('apps/api/src/testing/killed-rotation.ts')
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
  await roles.vault.authorityPublicKey({ key: { scope: 'deployment', name: 'root' } })
})

const fileOf = (name: string): string => join(roles.folder, name)
const vaultUnder = async (rootKeys: readonly string[]): Promise<VaultLink> => {
  const [kms, ...previous] = rootKeys.map((name) => ({ driver: 'local', rootKey: { kind: 'file', path: fileOf(name) } }) as const)
  const { pools } = database
  const { link } = await startVault({
    pool: pools.vault,
    kms: kms!,
    kmsOptions: { previous },
    log: roles.log.link,
    clock: () => clock.now,
    logger: quietLogger(),
  })
  return link
}

type What = KilledRotation['what']

/** Steps that it came past; null: it was killed before its end. */
const rotate = async (what: What, rootKeys: readonly string[], killedAt: number | null): Promise<string[] | null> => {
  const asked: KilledRotation = {
    connectionString: database.login('vault').connectionString,
    organization: world.organization,
    what,
    rootKeys: rootKeys.map(fileOf),
    now: clock.now,
    killedAt,
  }
  try {
    const { stdout } = await run(process.execPath, [program, JSON.stringify(asked)])
    return stdout.trim().split('\n')
  } catch (error) {
    if ((error as { signal?: string }).signal === 'SIGKILL') return null
    throw error
  }
}

/** Does it over and over, killed one step later each time, until it comes to its end; `check` after each. Returns the steps. */
const killEverywhere = async (
  attempt: (killedAt: number) => Promise<string[] | null>,
  check: (killedAt: number) => Promise<void>,
) => {
  for (let killedAt = 0; ; killedAt++) {
    const steps = await attempt(killedAt)
    await check(killedAt)
    if (steps !== null) {
      expect(steps).toHaveLength(killedAt)
      return steps
    }
  }
}

const keepAll = async (vault: VaultLink): Promise<void> => {
  while ((await vault.keepKeys({ organization: world.organization })).more);
}
const stateOf = (vault: VaultLink) => vault.keyState({ organization: world.organization })
const opens = async (vault: VaultLink): Promise<void> => {
  const unlocked = await world.unlock({}, { vault })
  expect(await world.open(unlocked)).toBe('s3cret-of-shop')
}
const countEntries = async (type: AuditEntryType): Promise<number> => {
  const { rows } = await roles.log.link.listEntries({ organization: world.organization, limit: 500, below: null, type })
  return rows.length
}
const versions = () =>
  withOrganization(database.pools.vault, world.organization, (transaction) =>
    transaction.selectFrom('secret_versions').select('version').execute(),
  )

it(
  'another root key of the KMS: everything is under one of the two, and then under the new one',
  { timeout: PATIENCE },
  async () => {
    let [present, before] = ['next.key', 'vault.key']
    const steps = await killEverywhere(
      (killedAt) => rotate('rewrapKeys', [present, before], killedAt),
      async (killedAt) => {
        const both = await vaultUnder([present, before])
        await opens(both)
        await keepAll(both)
        const alone = await vaultUnder([present])
        await opens(alone)
        expect((await stateOf(alone)).wrapped, `killed at step ${killedAt}`).toMatchObject({ older: 0, unopened: 0 })
        expect(await versions()).toEqual([{ version: 1 }])
        ;[present, before] = [before, present]
      },
    )
    expect(steps).toEqual(expect.arrayContaining(['the service answered: rotate', 'a transaction is about to end']))
    await keepAll(await vaultUnder(['vault.key', 'next.key']))
  },
)

it('data keys: what was begun is finished by whoever comes next, and is begun once', { timeout: PATIENCE }, async () => {
  let finished = 0
  const check = async (killedAt: number) => {
    await opens(roles.vault)
    await keepAll(roles.vault)
    await opens(roles.vault)
    const started = await countEntries('data-keys.rotation-started')
    finished = await countEntries('data-keys.rotated')
    expect(finished, `killed at step ${killedAt}`).toBe(started)
    const { dataKeys } = await stateOf(roles.vault)
    expect([dataKeys?.left ?? 0, dataKeys?.finishedAt === null]).toEqual([0, false])
    expect(await versions()).toEqual([{ version: 1 }])
    clock.now += MINUTE
  }
  const steps = await killEverywhere((killedAt) => rotate('rotateDataKeys', ['vault.key'], killedAt), check)
  expect(steps).toEqual(
    expect.arrayContaining(['the service answered: wrap', 'the service answered: unwrap', 'a transaction is about to end']),
  )
  expect(finished).toBeGreaterThan(1)
})

it(
  'the vault key: it is followed by one or by none, and what was sealed to any of them opens',
  { timeout: PATIENCE },
  async () => {
    let rotated = 0
    const check = async (killedAt: number) => {
      await opens(roles.vault)
      const { vaultKeys } = await stateOf(roles.vault)
      rotated = await countEntries('vault-key.rotated')
      expect(
        vaultKeys.filter(({ retiresAt }) => retiresAt === null),
        `killed at step ${killedAt}`,
      ).toHaveLength(1)
      expect(vaultKeys).toHaveLength(1 + rotated)
      expect((await roles.vault.vaultKeys({ organization: world.organization })).keys[0]!.id).toBe(vaultKeys[0]!.id)
    }
    const steps = await killEverywhere((killedAt) => rotate('rotateVaultKey', ['vault.key'], killedAt), check)
    expect(steps.slice(0, 2)).toEqual(['the service answered: wrap', 'a transaction is about to end'])
    expect(rotated).toBeGreaterThan(0)
  },
)
