import { endpointDigest, SallyportError } from '@sallyport/protocol'
import { seal, fromBase64url, utf8 } from '@sallyport/protocol'
import { secretInfo } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { listAlerts } from '../../domains/alerts/index.ts'
import { tellOfEndingCertificates } from '../../domains/credentials/index.ts'
import { codeOf } from '../../testing/code-of.ts'
import {
  administrator,
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  shopEndpoint,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'

const clock: MovedClock = { now: Date.UTC(2026, 5, 1, 12) }
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
  world = await makeUnlockWorld(database, roles, clock)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})

describe('a secret on its way in', () => {
  it('is refused when it was sealed for another organization, resource or endpoint', async () => {
    const foreign = await makeUnlockWorld(database, roles, clock)
    const body = await world.sealedSecret('x', { resource: world.resource.id, endpoint: shopEndpoint })
    const theirs = await foreign.sealedSecret('x', { resource: foreign.resource.id, endpoint: shopEndpoint })
    expect(await codeOf(roles.vault.createSecret({ ...body, sealed: theirs.sealed }))).toBe('unseal_failed')
    expect(await codeOf(roles.vault.createSecret({ ...body, vaultKey: theirs.vaultKey }))).toBe('unseal_failed')
    expect(await codeOf(roles.vault.createSecret({ ...body, resource: foreign.resource.id }))).toBe('unseal_failed')
    expect(await codeOf(roles.vault.createSecret(theirs))).toBe('done')
  })

  it('is refused for an endpoint that is not the present one', async () => {
    const endpoint = { ...shopEndpoint, port: 5433 }
    const body = await world.sealedSecret('x', { resource: world.resource.id, endpoint })
    expect(await codeOf(roles.vault.createSecret(body))).toBe('conflict')
  })

  it('is refused unless it is a credential of a known kind, and the refusal tells nothing of it', async () => {
    const digest = await endpointDigest(shopEndpoint)
    const { organization } = world
    const fields = { organization, resource: world.resource.id, endpointDigest: digest }
    const key = (await roles.vault.vaultKeys({ organization })).keys[0]!
    for (const plaintext of ['hunter2', '{"kind":"password","password":""}', '{ "kind":"password","password":"eA"}', '{}']) {
      const sealed = await seal(utf8(plaintext), fromBase64url(key.publicKey), { info: secretInfo(fields) })
      const error = await roles.vault
        .createSecret({ ...fields, vaultKey: key.id, sealed, actor: administrator })
        .catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(SallyportError)
      expect((error as SallyportError).code).toBe('invalid_request')
      expect(JSON.stringify(error) + String((error as Error).cause)).not.toContain('hunter2')
    }
  })

  it('becomes the version in use when it replaces one', async () => {
    const body = await world.sealedSecret('rotated', { resource: world.resource.id, endpoint: shopEndpoint })
    const replaced = await roles.vault.replaceSecret({ ...body, secret: world.secret.id })
    expect(replaced).toMatchObject({ id: world.secret.id, version: 2, bound: true })
    const unlocked = await world.unlock()
    expect(await world.open(unlocked)).toBe('rotated')
    expect(unlocked.answer.binding.secretVersion).toBe(2)
  })

  it('leaves nothing of what was replaced before the last time', async () => {
    const body = async (text: string) => ({
      ...(await world.sealedSecret(text, { resource: world.resource.id, endpoint: shopEndpoint })),
      secret: secret.id,
    })
    const secret = await roles.vault.createSecret(
      await world.sealedSecret('one', { resource: world.resource.id, endpoint: shopEndpoint }),
    )
    for (const text of ['two', 'three', 'four']) await roles.vault.replaceSecret(await body(text))
    const versions = await withOrganization(database.pools.vault, world.organization, (transaction) =>
      transaction.selectFrom('secret_versions').select('version').where('secret_id', '=', secret.id).orderBy('version').execute(),
    )
    expect(versions.map(({ version }) => version)).toEqual([3, 4])
  })
})

describe('a client certificate', () => {
  it('raises an alert a month and a week before its end, and at its end, each once', async () => {
    const DAY = 86_400_000
    const endsAt = clock.now + 40 * DAY
    await withOrganization(database.pools.vault, world.organization, (transaction) =>
      transaction
        .updateTable('secrets')
        .set({ kind: 'certificate', ends_at: new Date(endsAt) })
        .where('id', '=', world.secret.id)
        .execute(),
    )
    const messages = await world.inOrganization(async (transaction) => {
      const told: string[][] = []
      for (const days of [35, 30, 29, 7, 6, 0, -1]) {
        const author = { organization: world.organization, actor: administrator, now: endsAt - days * DAY }
        await tellOfEndingCertificates(transaction, author)
        const alerts = await listAlerts(transaction, { before: null, limit: 100 })
        told.push(alerts.filter(({ kind }) => kind === 'certificate-ending').map(({ message }) => message))
      }
      return told
    })
    expect(messages.map((each) => each.length)).toEqual([0, 1, 1, 2, 2, 3, 3])
    expect(messages[1]).toEqual([`The client certificate of shop/read-only ends on 2026-07-11. Replace it before.`])
    expect(messages[5]!.some((message) => message.includes('ended on 2026-07-11'))).toBe(true)
  })
})

describe('stored secrets', () => {
  it('cannot be read by the API role or the log role', async () => {
    for (const role of ['api', 'log'] as const) {
      for (const table of ['secret_versions', 'vault_keys', 'deployment_keys']) {
        const read = withOrganization(database.pools[role], world.organization, (transaction) =>
          sql`select * from ${sql.table(table)}`.execute(transaction),
        )
        await expect(read, `${role} ${table}`).rejects.toMatchObject({ code: '42501' })
      }
    }
  })

  it('do not unlock from another row: not of another secret, not of another version', async () => {
    const { resource, secret, organization } = world
    const other = await roles.vault.createSecret(
      await world.sealedSecret('of another', { resource: resource.id, endpoint: shopEndpoint }),
    )
    const moveInto = (from: { id: string; version: number }) =>
      withOrganization(database.pools.vault, organization, (transaction) =>
        sql`update secret_versions set wrapped_key = source.wrapped_key, ciphertext = source.ciphertext
          from secret_versions source
          where secret_versions.secret_id = ${secret.id} and secret_versions.version = (select version from secrets where id = ${secret.id})
            and source.secret_id = ${from.id} and source.version = ${from.version}`.execute(transaction),
      )
    await moveInto({ id: other.id, version: 1 })
    expect(await codeOf(world.unlock())).toBe('secret_unavailable')
    await moveInto({ id: secret.id, version: 1 })
    expect(await codeOf(world.unlock())).toBe('secret_unavailable')
  })
})
