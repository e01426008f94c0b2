/**
 * C3. Secrets rest under AES-256-GCM envelopes, with organization, secret, version, resource and endpoint as associated data.
 *
 * The attacker is superuser of the API's database: may read and write every byte of it, and may use the product besides, as a
 * person who leases credentials and as the gateway to which they are released. Whatever is moved or changed, no secret may be
 * released in another's place; each attack is undone, and then the right secret is released again.
 */
import { randomBytes } from 'node:crypto'
import { canonicalJson, endpointDigest, toBase64url, utf8 } from '@sallyport/protocol'
import { Central } from '@sallyport/testbed'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { centralSql, withCentralSql } from '../support/central-sql.ts'
import { furnish, type OrganizationWorld, sealedSecret } from '../support/organization-world.ts'
import { RawClient } from '../support/raw-client.ts'
import { openCredential, passwordOf } from '../support/raw-gateway.ts'

const canary = (): string => `canary-${randomBytes(12).toString('hex')}`
const passwords = { first: canary(), replaced: canary(), neighbour: canary(), other: canary() }

let central: Central
let owner: RawClient
let otherOwner: RawClient
let world: OrganizationWorld
/** Another resource of the same organization; everything in another organization. */
let neighbour: OrganizationWorld
let other: OrganizationWorld

const superuser = (): string => central.database!.url('superuser')

/** What came of asking rightly: the code of the refusal, or the password. */
const ask = async ({ person, gateway, ids }: OrganizationWorld): Promise<string> => {
  const ticket = await person.makeTicket({ gateway: gateway.id, credential: ids.credential })
  const { answer, lease, recipient } = await gateway.askForLease(ticket.text)
  for (const password of Object.values(passwords)) expect(answer.text).not.toContain(password)
  if (lease === null) {
    expect(answer.text).not.toContain('ciphertext')
    return answer.code!
  }
  return passwordOf(await openCredential(lease, { share: ticket.share, jti: ticket.payload.jti, recipient }))
}

const tables = ['resources', 'secrets', 'secret_versions', 'vault_keys'] as const

/** Copies of what an attack may change, to put it back. */
const keepTables = (client: pg.Client): Promise<unknown> =>
  client.query(tables.map((table) => `create temporary table kept_${table} as table ${table}`).join(';'))

const restoreTables = async (client: pg.Client): Promise<void> => {
  await client.query(`
    update resources r set endpoint = k.endpoint, endpoint_digest = k.endpoint_digest from kept_resources k where k.id = r.id;
    update secrets s set endpoint_digest = k.endpoint_digest, version = k.version from kept_secrets k where k.id = s.id;
    update secret_versions v
      set endpoint_digest = k.endpoint_digest, wrapped_key = k.wrapped_key, ciphertext = k.ciphertext
      from kept_secret_versions k where k.secret_id = v.secret_id and k.version = v.version;
    update vault_keys v set wrapped = k.wrapped from kept_vault_keys k where k.id = v.id and k.organization_id = v.organization_id;`)
}

/** Carries out an attack, says what asking comes to then, and undoes it. */
const askAfter = (text: string, values: readonly unknown[] = []): Promise<string> =>
  withCentralSql(superuser(), async (client) => {
    await keepTables(client)
    const { rowCount } = await client.query(text, [...values])
    expect(rowCount).toBeGreaterThan(0)
    try {
      return await ask(world)
    } finally {
      await restoreTables(client)
    }
  })

const refused = 'secret_unavailable'

beforeAll(async () => {
  central = await Central.start({ database: 'central', organizations: ['other'] })
  owner = await RawClient.enrol(central.invitation)
  otherOwner = await RawClient.enrol(central.invitations['other']!)
  world = await furnish(owner, 'attacked', passwords.first)
  neighbour = await furnish(owner, 'neighbour', passwords.neighbour)
  other = await furnish(otherOwner, 'foreign', passwords.other)
  const body = await sealedSecret(owner, { id: world.ids.resource, endpoint: world.endpoint }, passwords.replaced)
  await owner.call('replaceSecret', { parameters: { secret: world.ids.secret }, body })
})
afterAll(async () => {
  for (const each of [world, neighbour, other]) {
    each?.person.close()
    each?.gateway.close()
  }
  owner?.close()
  otherOwner?.close()
  await central?.stop()
})

describe('a secret in its place', () => {
  it('is released, in its newest version, and is nowhere readable', async () => {
    expect(await ask(world)).toBe(passwords.replaced)
    expect(await ask(neighbour)).toBe(passwords.neighbour)
    expect(await ask(other)).toBe(passwords.other)
    const rows = await centralSql<{ wrapped_key: Buffer; ciphertext: Buffer }>(superuser(), 'select * from secret_versions')
    expect(rows.length).toBeGreaterThanOrEqual(4)
    for (const { wrapped_key: key, ciphertext } of rows) {
      for (const password of Object.values(passwords)) {
        for (const form of [password, toBase64url(utf8(password))]) {
          expect(ciphertext.includes(form) || key.includes(form)).toBe(false)
        }
      }
    }
    // Every version under a key and a nonce of its own.
    expect(new Set(rows.map((row) => row.wrapped_key.toString('hex'))).size).toBe(rows.length)
    expect(new Set(rows.map((row) => row.ciphertext.toString('hex').slice(0, 32))).size).toBe(rows.length)
  })
})

describe('one bit that is another', () => {
  const places = { 'the first byte': '0', 'the middle': 'length(COLUMN) / 2', 'the last byte': 'length(COLUMN) - 1' }
  const cases = ['ciphertext', 'wrapped_key'].flatMap((column) =>
    Object.entries(places).map(([name, place]) => [column, name, place.replace('COLUMN', column)] as const),
  )
  it.each(cases)('of the %s releases nothing: %s', async (column, _name, place) => {
    const flip = `update secret_versions set ${column} = set_byte(${column}, ${place}, get_byte(${column}, ${place}) # 1)`
    expect(await askAfter(`${flip} where secret_id = $1 and version = 2`, [world.ids.secret])).toBe(refused)
    expect(await ask(world)).toBe(passwords.replaced)
  })

  it.each(['ciphertext', 'wrapped_key'])('a %s that is cut or empty releases nothing', async (column) => {
    for (const value of [`substring(${column} from 1 for length(${column}) - 1)`, `''::bytea`, `${column} || '\\x00'::bytea`]) {
      const change = `update secret_versions set ${column} = ${value} where secret_id = $1 and version = 2`
      expect(await askAfter(change, [world.ids.secret])).toBe(refused)
    }
    expect(await ask(world)).toBe(passwords.replaced)
  })
})

describe('a ciphertext that was moved', () => {
  const sources = {
    'of another resource': () => [neighbour.ids.secret, 1],
    'of another organization': () => [other.ids.secret, 1],
    'of the version before': () => [world.ids.secret, 1],
  } as const
  const parts = {
    'with its key': 'wrapped_key = f.wrapped_key, ciphertext = f.ciphertext',
    'alone': 'ciphertext = f.ciphertext',
    'its key alone': 'wrapped_key = f.wrapped_key',
  }
  const cases = Object.entries(sources).flatMap(([source, from]) =>
    Object.entries(parts).map(([part, columns]) => ({ source, part, columns, from })),
  )
  it.each(cases)('is not released in the place it got: $source, $part', async ({ columns, from }) => {
    const move = `update secret_versions v set ${columns} from secret_versions f
      where v.secret_id = $1 and v.version = 2 and f.secret_id = $2 and f.version = $3`
    expect(await askAfter(move, [world.ids.secret, ...from()])).toBe(refused)
    expect(await ask(world)).toBe(passwords.replaced)
  })
})

describe('a resource that was moved', () => {
  it('gets no secret at its new address, though every digest in the database was made to fit', async () => {
    const endpoint = { ...world.endpoint, host: 'attacker.example' }
    const digest = await endpointDigest(endpoint)
    const move = `with moved as (
        update resources set endpoint = $2::jsonb, endpoint_digest = $3 where id = $1 returning id
      ), secret as (
        update secrets set endpoint_digest = $3 where resource_id = $1 returning id
      )
      update secret_versions set endpoint_digest = $3 where resource_id = $1`
    expect(await askAfter(move, [world.ids.resource, canonicalJson(endpoint), digest])).toBe(refused)
    expect(await ask(world)).toBe(passwords.replaced)
  })

  it('gets none either when only the address was changed', async () => {
    const change = `update resources set endpoint = jsonb_set(endpoint, '{host}', '"attacker.example"') where id = $1`
    expect(await askAfter(change, [world.ids.resource])).toBe('secret_unbound')
    expect(await ask(world)).toBe(passwords.replaced)
  })
})

describe('wrapped keys of the vault', () => {
  it('do not open when they were exchanged between organizations', async () => {
    const startAgain = async (): Promise<void> => {
      await central.api.stop()
      await central.restart()
    }
    await withCentralSql(superuser(), async (client) => {
      await keepTables(client)
      const organizations = [world.gateway.organization, other.gateway.organization]
      const exchange = `update vault_keys v set wrapped = f.wrapped from kept_vault_keys f
        where v.organization_id = $1 and f.organization_id = $2 and v.use = 'sealing' and f.use = 'sealing'`
      await client.query(exchange, organizations)
      // A vault that runs knows its keys already.
      await startAgain()
      expect(await ask(world)).toMatch(/^(secret_unavailable|unseal_failed)$/)
      expect(await ask(other)).toBe(passwords.other)
      await restoreTables(client)
    })
    expect(await ask(world)).toBe(passwords.replaced)
  })
})
