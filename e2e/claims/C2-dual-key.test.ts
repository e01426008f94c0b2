/**
 * C2. A credential is unlocked only when a valid gateway asks on behalf of a valid user session. Neither alone is enough, and
 * the answer is readable only with both the gateway's private key and the share that this client sent for this lease.
 *
 * The attacker is a gateway that was taken over, with its key and everything that passes through it; or holds tickets, shares,
 * answers or one of the client's keys; or has an agent's keys and certificate, all of them, and asks as if it were a part of the
 * deployment; or has one role of the API with all that is its own; or runs the API without its vault. None of them may get at the
 * password. Each attack stands beside the same thing done rightly, which opens it.
 */
import { randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromBase64url, generateSealingKeyPair, type LeaseBinding, toBase64url, utf8 } from '@sallyport/protocol'
import { Testbed } from '@sallyport/testbed'
import { freePort, waitFor } from '@sallyport/testkit'
import { createHttpsSender } from '@sallyport/transport'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLink } from '../support/ask-link.ts'
import { centralSql } from '../support/central-sql.ts'
import { addNewcomer } from '../support/newcomer.ts'
import { furnish, type OrganizationWorld } from '../support/organization-world.ts'
import { RawClient, type SignedTicket } from '../support/raw-client.ts'
import { foldersWith } from '../support/private-files.ts'
import { openCredential, passwordOf, RawGateway } from '../support/raw-gateway.ts'
import { newKey, type RawKey } from '../support/raw-key.ts'
import { sendCall, signedCall } from '../support/raw-call.ts'
import { openStream, refusalOf, startPostgres } from '../support/raw-stream.ts'
import { tryUpgrade } from '../support/try-upgrade.ts'

const PASSWORD = `canary-${randomBytes(12).toString('hex')}`

let testbed: Testbed
let owner: RawClient
/** A person with a grant; a gateway of the resource's site that the test holds. */
let world: OrganizationWorld
let person: RawClient
let gateway: RawGateway
/** Another gateway of the same site. */
let thief: RawGateway
let target: { readonly gateway: string; readonly credential: string }

const joinGateway = async (site: string): Promise<RawGateway> => {
  const body = { name: `gateway ${randomUUID()}`, sites: [site], address: { host: '127.0.0.1', port: await freePort() } }
  return RawGateway.join((await owner.call('createJoinToken', { body })).token)
}

/** Somebody else who may lease the credential as well. */
const addPerson = async (name: string): Promise<RawClient> => {
  const client = await addNewcomer(owner, name)
  const body = { user: client.user, credential: target.credential, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }
  await owner.call('createGrant', { body })
  return client
}

const pemOf = (der: string): string => new X509Certificate(fromBase64url(der)).toString()

const someName = (): string => `person-${randomBytes(4).toString('hex')}`

/** Asks as it should be asked, and opens what comes. */
const unlock = async (client: RawClient, by: RawGateway = gateway): Promise<string> => {
  const ticket = await client.makeTicket({ ...target, gateway: by.id })
  const { lease, recipient, answer } = await by.askForLease(ticket.text)
  if (lease === null) throw new Error(answer.code ?? 'no lease')
  return passwordOf(await openCredential(lease, { share: ticket.share, jti: ticket.payload.jti, recipient }))
}

const codeOf = async (ticket: string, parts?: Parameters<RawGateway['askForLease']>[1], by = gateway): Promise<string | null> =>
  (await by.askForLease(ticket, parts)).answer.code

beforeAll(async () => {
  testbed = await Testbed.start({ roles: 'apart' })
  owner = await RawClient.enrol((await testbed.invite('second-owner', { roles: ['owner'] })).invitation)
  world = await furnish(owner, 'vault-door', PASSWORD)
  ;({ person, gateway } = world)
  target = { gateway: gateway.id, credential: world.ids.credential }
  thief = await joinGateway(world.ids.site)
})
afterAll(async () => {
  for (const each of [owner, person, gateway, thief]) each?.close()
  await testbed?.stop()
})

describe('both together', () => {
  it('open the credential', async () => {
    expect(await unlock(person)).toBe(PASSWORD)
    expect(await unlock(person, thief)).toBe(PASSWORD)
  })
})

describe('a gateway alone', () => {
  it('gets nothing without a ticket', async () => {
    for (const text of ['', 'x', 'a.b.c', toBase64url(utf8('{}'))]) expect(await codeOf(text)).toBe('ticket_invalid')
  })

  it('gets nothing with a ticket that it signed itself, or that strangers signed', async () => {
    for (const signer of [gateway.key.signer, newKey().signer]) {
      const forged = await person.makeTicket(target, { signers: [signer, signer] })
      expect(await codeOf(forged.text)).toBe('ticket_invalid')
    }
    const nobody = await person.makeTicket(target, { session: randomUUID() })
    expect(await codeOf(nobody.text)).toBe('session_unknown')
  })

  it('gets nothing for a ticket twice, also when it asks at the same moment', async () => {
    const { text } = await person.makeTicket(target)
    const codes = await Promise.all(Array.from({ length: 6 }, () => codeOf(text)))
    expect(codes.filter((code) => code === null)).toHaveLength(1)
    expect(codes.filter((code) => code === 'ticket_used')).toHaveLength(5)
    expect(await codeOf(text)).toBe('ticket_used')
  })

  it('gets nothing after it was revoked', async () => {
    const fallen = await joinGateway(world.ids.site)
    expect(await unlock(person, fallen)).toBe(PASSWORD)
    await owner.call('revokeGateway', { parameters: { gateway: fallen.id } })
    const { text } = await person.makeTicket({ ...target, gateway: fallen.id })
    expect(await codeOf(text, {}, fallen)).toBe('certificate_revoked')
    fallen.close()
  })

  it('of another site gets nothing', async () => {
    const { id } = await owner.call('createSite', { body: { name: 'far away' } })
    const far = await joinGateway(id)
    const { text } = await person.makeTicket({ ...target, gateway: far.id })
    expect(await codeOf(text, {}, far)).toBe('wrong_site')
    far.close()
  })

  it('gets nothing under a request that another key signed, or that is old', async () => {
    const { text } = await person.makeTicket(target)
    expect(await codeOf(text, { signer: newKey().signer })).toBe('signature_invalid')
    expect(await codeOf(text, { issuedAt: Date.now() - 180_000 })).toBe('signature_expired')
    expect(await codeOf(text)).toBeNull()
  })
})

describe('a ticket that was stolen', () => {
  it('is no good at another gateway, whatever that one claims to be', async () => {
    const { text } = await person.makeTicket(target)
    expect(await codeOf(text, {}, thief)).toBe('identity_mismatch')
    expect(await codeOf(text, { gateway: gateway.id }, thief)).toBe('identity_mismatch')
    expect(await codeOf(text, { gateway: gateway.id, signer: thief.key.signer })).toBe('signature_invalid')
    // It was not even spent: the gateway it is for gets its lease.
    expect(await codeOf(text)).toBeNull()
  })

  it('is no good once its time is over, before it begins, or with more time than tickets have', async () => {
    const now = Date.now()
    const times = [
      [{ issuedAt: now - 180_000 }, 'ticket_expired'],
      [{ issuedAt: now + 120_000 }, 'ticket_expired'],
      [{ expiresAt: now + 3_600_000 }, 'ticket_invalid'],
      [{ expiresAt: now - 30_000 }, 'ticket_invalid'],
    ] as const
    for (const [parts, code] of times) expect(await codeOf((await person.makeTicket(target, parts)).text)).toBe(code)
  })

  it.each(['rotate', 'test'] as const)('is no good for a client with the purpose %s', async (purpose) => {
    expect(await codeOf((await person.makeTicket(target, { purpose })).text)).toBe('ticket_invalid')
  })

  it('names a session that is over: signed out, revoked, expired, of a revoked device or a disabled person', async () => {
    const superuser = testbed.central.database!.url('superuser')
    const ends: readonly (readonly [string, (client: RawClient) => Promise<unknown>])[] = [
      ['session_unknown', (client) => client.call('endSession')],
      ['session_revoked', (client) => owner.call('revokeSession', { parameters: { session: client.session } })],
      [
        'session_expired',
        (client) =>
          centralSql(superuser, `update sessions set expires_at = now() - interval '1 s' where id = $1`, [client.session]),
      ],
      ['device_revoked', (client) => owner.call('revokeDevice', { parameters: { device: client.device } })],
      [
        'user_disabled',
        (client) => owner.call('changeUser', { parameters: { user: client.user }, body: { status: 'disabled' } }),
      ],
    ]
    for (const [code, end] of ends) {
      const leaver = await addPerson(someName())
      const ticket = await leaver.makeTicket(target)
      expect(await codeOf((await leaver.makeTicket(target)).text)).toBeNull()
      await end(leaver)
      expect(await codeOf(ticket.text)).toBe(code)
      leaver.close()
    }
  })

  it('names a session and a device that do not belong together', async () => {
    type Whose = 'own' | 'other'
    const mixtures: readonly (readonly [Whose, Whose, readonly [Whose, Whose], string])[] = [
      // Device and session named, keys of device and session, code.
      ['other', 'own', ['other', 'own'], 'device_mismatch'],
      ['other', 'own', ['own', 'own'], 'session_unknown'],
      ['own', 'other', ['own', 'other'], 'device_mismatch'],
      ['own', 'own', ['other', 'own'], 'device_mismatch'],
      ['own', 'own', ['own', 'other'], 'ticket_invalid'],
    ]
    for (const [deviceOf, sessionOf, [deviceKeyOf, sessionKeyOf], code] of mixtures) {
      const pair = { own: await addPerson(someName()), other: await addPerson(someName()) }
      const signers = [pair[deviceKeyOf].keys.device.signer, pair[sessionKeyOf].keys.session.signer]
      const parts = { device: pair[deviceOf].device, session: pair[sessionOf].session, signers }
      expect(await codeOf((await pair.own.makeTicket(target, parts)).text)).toBe(code)
      // A session whose key left its device is over; nobody else's is.
      for (const whose of ['own', 'other'] as const) {
        const isOver = code === 'device_mismatch' && whose === sessionOf
        expect(await codeOf((await pair[whose].makeTicket(target)).text)).toBe(isOver ? 'device_mismatch' : null)
        pair[whose].close()
      }
    }
  })
})

describe('a ticket with one key', () => {
  it("is refused with one signature, or with one key's twice", async () => {
    const [payload, first, second] = (await person.makeTicket(target)).text.split('.')
    for (const text of [
      `${payload}.${first}`,
      `${payload}.${second}`,
      `${payload}.${first}.${first}`,
      `${payload}.${second}.${first}`,
    ])
      expect(await codeOf(text)).toBe('ticket_invalid')
    const robbed = await addPerson(someName())
    const { device, session } = robbed.keys
    for (const [key, code] of [
      [device, 'ticket_invalid'],
      [session, 'device_mismatch'],
    ] as const) {
      const { text } = await robbed.makeTicket(target, { signers: [key.signer, key.signer] })
      expect(await codeOf(text)).toBe(code)
    }
    robbed.close()
    expect(await codeOf(`${payload}.${first}.${second}`)).toBeNull()
  })

  it('is refused when its signatures are of two tickets', async () => {
    const [one, two] = [await person.makeTicket(target), await person.makeTicket(target)].map(({ text }) => text.split('.'))
    expect(await codeOf([one![0], one![1], two![2]].join('.'))).toBe('ticket_invalid')
    expect(await codeOf(one!.join('.'))).toBeNull()
  })
})

/** Another value of the same form. */
const another = (name: string, value: unknown): unknown => {
  if (typeof value === 'number') return value + 1
  if (typeof value !== 'string') return value
  if (/^[0-9a-f-]{36}$/.test(value)) return randomUUID()
  if (name === 'purpose') return 'test'
  return (value.startsWith('A') ? 'B' : 'A') + value.slice(1)
}

describe('a field that is another', () => {
  it('of a ticket breaks both signatures', async () => {
    const { text, payload } = await person.makeTicket(target)
    const [, first, second] = text.split('.')
    const colleague = await addPerson('swapped')
    const others: Record<string, unknown> = {
      gateway: gateway.id,
      session: colleague.session,
      device: colleague.device,
      organization: randomUUID(),
      deviceState: { ...payload.deviceState, counter: payload.deviceState.counter + 1 },
      share: { ...payload.share, ciphertext: another('', payload.share.ciphertext) },
    }
    for (const [name, value] of Object.entries(payload)) {
      const changed = { ...payload, [name]: name in others && name !== 'gateway' ? others[name] : another(name, value) }
      const forged = `${toBase64url(utf8(sorted(changed)))}.${first}.${second}`
      expect(await codeOf(forged), name).toMatch(/^(ticket_invalid|session_unknown)$/)
    }
    expect(await codeOf(text)).toBeNull()
    colleague.close()
  })

  it('of a ticket does not fit the share, though both keys signed it', async () => {
    const first = await person.makeTicket(target)
    const second = await person.makeTicket(target, { share: first.payload.share })
    expect(await codeOf(second.text)).toBe('unseal_failed')
    const short = await person.makeTicket(target, { clearShare: randomBytes(16) })
    expect(await codeOf(short.text)).toBe('unseal_failed')
  })

  it('of what the lease binds does not open the credential: each of them', async () => {
    const { text, share, payload } = await person.makeTicket(target)
    const { lease, recipient } = await gateway.askForLease(text)
    const parts = { share, jti: payload.jti, recipient }
    const names = Object.keys(lease!.binding) as (keyof LeaseBinding)[]
    expect(names.length).toBeGreaterThan(12)
    for (const name of names) {
      const binding = { ...lease!.binding, [name]: another(name, lease!.binding[name]) } as LeaseBinding
      expect(binding[name]).not.toBe(lease!.binding[name])
      await expect(openCredential(lease!, { ...parts, binding }), name).rejects.toMatchObject({ code: 'unseal_failed' })
    }
    const { [names.at(-1)!]: _, ...fewer } = lease!.binding
    const missing = openCredential(lease!, { ...parts, binding: fewer as LeaseBinding })
    await expect(missing).rejects.toMatchObject({ code: 'unseal_failed' })
    expect(passwordOf(await openCredential(lease!, parts))).toBe(PASSWORD)
  })
})

/** Keys in order, as statements have them. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

describe('an answer that was captured', () => {
  it("is not opened by the gateway's keys without the share, nor by the share without the key", async () => {
    const { text, share, payload } = await person.makeTicket(target)
    const { lease, recipient, answer } = await gateway.askForLease(text)
    const right = { share, jti: payload.jti, recipient }
    const stranger = await generateSealingKeyPair()
    const wrong = [
      { ...right, share: toBase64url(randomBytes(32)) },
      { ...right, share: toBase64url(new Uint8Array(32)) },
      { ...right, share: payload.share.encapsulated },
      { ...right, share: toBase64url(fromBase64url(payload.share.ciphertext).slice(0, 32)) },
      { ...right, recipient: stranger },
      { ...right, jti: randomUUID() },
      { ...right, share: (await person.makeTicket(target)).share },
    ]
    for (const parts of wrong) await expect(openCredential(lease!, parts)).rejects.toMatchObject({ code: 'unseal_failed' })
    expect(passwordOf(await openCredential(lease!, right))).toBe(PASSWORD)
    for (const form of [PASSWORD, toBase64url(utf8(PASSWORD)), share]) expect(answer.text).not.toContain(form)
  })

  it('of one lease is not opened by share and key of another', async () => {
    const [one, two] = [await person.makeTicket(target), await person.makeTicket(target)]
    const [first, second] = [await gateway.askForLease(one.text), await gateway.askForLease(two.text)]
    const crossed = { share: two.share, jti: two.payload.jti, recipient: second.recipient }
    await expect(openCredential(first.lease!, crossed)).rejects.toMatchObject({ code: 'unseal_failed' })
    expect(passwordOf(await openCredential(second.lease!, crossed))).toBe(PASSWORD)
  })
})

describe('a lease', () => {
  it('is renewed by a message of the agent alone, each once, and by no gateway', async () => {
    const { lease } = await gateway.askForLease((await person.makeTicket(target)).text)
    const { lease: id, expiresAt } = lease!.binding
    const expiry = async (): Promise<number> => {
      const { items } = await owner.call('listLeases', { query: { limit: 500 } })
      return Date.parse(items.find((item) => item.id === id)!.expiresAt)
    }
    const renew = async (renewal: string, by = gateway) => by.attempt('renewLeases', { body: { renewal } })
    const named = { gateway: gateway.id, leases: [id] }
    const { device, session } = person.keys
    for (const signers of [
      [gateway.key.signer, gateway.key.signer],
      [device.signer, gateway.key.signer],
      [session.signer, device.signer],
    ]) {
      expect(await renew(await person.makeLeaseRenewal(named, { signers }))).toMatchObject({ code: 'ticket_invalid' })
    }
    const good = await person.makeLeaseRenewal(named)
    expect(await renew(good.split('.').slice(0, 2).join('.'))).toMatchObject({ code: 'ticket_invalid' })
    expect(await renew(good, thief)).toMatchObject({ code: 'identity_mismatch' })
    expect(await renew((await person.makeTicket(target)).text)).toMatchObject({ code: 'ticket_invalid' })
    // With the session's key and without the device's: that session is over.
    const robbed = await addPerson(someName())
    const ofOne = await robbed.makeLeaseRenewal(named, { signers: [gateway.key.signer, robbed.keys.session.signer] })
    expect(await renew(ofOne)).toMatchObject({ code: 'device_mismatch' })
    robbed.close()
    // The thief has the agent sign for it: the lease is still not one of its own.
    const astray = await person.makeLeaseRenewal({ gateway: thief.id, leases: [id] })
    expect(await renew(astray, thief)).toMatchObject({ json: { leases: [{ id, state: 'ended', code: 'lease_unknown' }] } })
    expect(await expiry()).toBe(expiresAt)

    expect(await renew(good)).toMatchObject({ json: { leases: [{ id, state: 'renewed' }] } })
    expect(await expiry()).not.toBe(expiresAt)
    expect(await renew(good)).toMatchObject({ code: 'ticket_used' })
  })
})

describe('at a gateway as it is shipped', () => {
  it("a stranger's ticket, a wrong share and a ticket of one key open nothing", async () => {
    const colleague = await RawClient.enrol((await testbed.invite('reader', { roles: ['shop: everything'] })).invitation)
    const entry = await colleague.gateway(testbed.gateways[0]!.port)
    const shop = { gateway: entry.id, credential: testbed.database.credentials['read-only']! }
    const mux = await colleague.dialGateway(entry)
    const head = async (ticket: SignedTicket, share = ticket.share) =>
      openStream(mux, { type: 'open', ticket: ticket.text, share, caller: null })

    const foreign = await owner.makeTicket(shop)
    expect(refusalOf((await head(foreign)).answer)).toBe('ticket_invalid')
    const wrongShare = await colleague.makeTicket(shop)
    expect(refusalOf((await head(wrongShare, toBase64url(randomBytes(32)))).answer)).toBe('unseal_failed')
    const { device, session } = colleague.keys
    const oneKey = await colleague.makeTicket(shop, { signers: [device.signer, device.signer] })
    expect(refusalOf((await head(oneKey)).answer)).toBe('ticket_invalid')
    const elsewhere = await colleague.makeTicket({ ...shop, gateway: gateway.id })
    expect(refusalOf((await head(elsewhere)).answer)).toBe('ticket_invalid')

    const { stream, answer } = await head(await colleague.makeTicket(shop))
    expect(refusalOf(answer)).toBeNull()
    await startPostgres(stream, testbed.shop.database)
    // Last, because it costs the session: the key of the session alone, for both.
    const robbed = await colleague.makeTicket(shop, { signers: [session.signer, session.signer] })
    expect(refusalOf((await head(robbed)).answer)).toBe('device_mismatch')
    colleague.close()
  })
})

describe('each role has its own keys, and nothing else', () => {
  const roles = ['api', 'vault', 'log'] as const

  it('in the database: every wrapped key is read by one role, which is the one that may use it', async () => {
    const rows = await centralSql<{ table: string; holders: string[] }>(
      testbed.central.database!.url('superuser'),
      `select table_name as table, array(select role from unnest($1::text[]) as role
         where has_column_privilege('sallyport_' || role, format('%I.%I', table_schema, table_name), column_name, 'select')) as holders
       from information_schema.columns
       where table_schema = 'public' and column_name in ('wrapped', 'wrapped_key') order by table_name`,
      [roles],
    )
    expect(Object.fromEntries(rows.map(({ table, holders }) => [table, holders.join()]))).toEqual({
      activity_keys: 'vault',
      checkpoint_keys: 'log',
      deployment_keys: 'vault',
      personal_keys: 'vault',
      privacy_keys: 'log',
      receipt_keys: 'log',
      secret_versions: 'vault',
      token_keys: 'vault',
      vault_keys: 'vault',
    })
  })

  it('on disk: what each was started with lies in its own folder alone', async () => {
    const { directory } = testbed.central
    const { id: site } = await testbed.owner.agent.api('createSite', { body: { name: 'closed' } })
    const relay = await testbed.addRelay({ site })
    const folders = {
      api: join(directory, 'api'),
      vault: join(directory, 'vault'),
      log: join(directory, 'log'),
      gateway: testbed.gateways[0]!.state,
      relay: relay.state,
      agent: testbed.owner.agent.profile,
    }
    const own = (...path: string[]): Promise<Buffer> => readFile(join(...path))
    const keys = {
      vault: [await own(folders.vault, 'vault-root-key'), await own(folders.vault, 'link-keys', 'vault-link.pem')],
      log: [await own(folders.log, 'log-root-key'), await own(folders.log, 'link-keys', 'log-link.pem')],
      api: [await own(folders.api, 'link-keys', 'api-link.pem')],
      gateway: [await own(folders.gateway, 'gateway-key.pem')],
      relay: [await own(folders.relay, 'gateway-key.pem')],
    }
    for (const [holder, files] of Object.entries(keys)) {
      for (const bytes of files) expect(await foldersWith(folders, bytes), holder).toEqual([holder])
    }
  })

  it('on the wire: vault and log answer the roles that they know, each what is its own', async () => {
    const { apiEnvironment } = testbed.central.rolesApart!
    const linkKey = (role: string) => readFile(join(testbed.central.directory, role, 'link-keys', `${role}-link.pem`), 'utf8')
    const ask = async (role: 'vault' | 'log', operation: string, as: string | { cert: string; key: string } | null) => {
      const address = apiEnvironment[`SALLYPORT_${role.toUpperCase()}_ADDRESS`]!
      const pem = typeof as === 'string' ? await linkKey(as) : null
      const identity = pem === null ? (as as { cert: string; key: string } | null) : { cert: pem, key: pem }
      return askLink(`https://${address}/${operation}`, identity)
    }
    const strangers = { cert: gateway.certificates.map(pemOf).join(''), key: gateway.key.pem }
    for (const role of ['vault', 'log'] as const) {
      expect(await ask(role, 'anything', null), role).toBe('refused')
      expect(await ask(role, 'anything', strangers), role).toBe('refused')
    }
    // The right key gets as far as the input; the API's, where only the vault may ask, does not.
    expect(await ask('log', 'appendUnlock', 'vault')).toBe('invalid_request')
    expect(await ask('log', 'appendUnlock', 'api')).toBe('forbidden')
    expect(await ask('vault', 'requestLease', 'api')).toBe('invalid_request')
    expect(await ask('vault', 'requestLease', 'log')).toBe('refused')
  })
})

describe('an agent alone, with its device key, session key and certificate', () => {
  /** The keys of somebody, under the name of another key: what a thief can say, and not sign. */
  const posing = (own: RawKey, as: RawKey) => ({ ...own.signer, publicKey: as.publicKey })

  it('is nobody to vault and log', async () => {
    const { apiEnvironment } = testbed.central.rolesApart!
    const { cert, key } = person.tls as { readonly cert: string; readonly key: string }
    for (const [role, operation] of [
      ['VAULT', 'requestLease'],
      ['VAULT', 'authoritySign'],
      ['LOG', 'appendUnlock'],
      ['LOG', 'listEntries'],
    ] as const) {
      const address = `https://${apiEnvironment[`SALLYPORT_${role}_ADDRESS`]!}/${operation}`
      expect(await askLink(address, { cert, key }), operation).toBe('refused')
    }
  })

  it('is no gateway: neither in the calls nor on the control link, on either listener', async () => {
    const { cert, key } = person.tls as { readonly cert: string; readonly key: string }
    const trusted = gateway.ca === undefined ? {} : { ca: gateway.ca }
    const sender = createHttpsSender({ ...trusted, clientCertificate: () => ({ cert, key }) })
    const { session } = person.keys
    const recipient = await generateSealingKeyPair()
    const asked = await gateway.makeLeaseRequest((await person.makeTicket(target)).text, recipient, { signer: session.signer })
    const renewal = await person.makeLeaseRenewal({ gateway: gateway.id, leases: [randomUUID()] })
    const refusals = new Set<string | null>()
    for (const signer of [session.signer, posing(session, gateway.key)]) {
      const by = { origin: gateway.origin, signers: [{ label: 'gateway', signer }] } as const
      for (const call of [
        await signedCall('requestLease', { body: { request: asked } }, by),
        await signedCall('renewLeases', { body: { renewal } }, by),
        await signedCall('takeJob', undefined, by),
      ]) {
        refusals.add((await sendCall(sender.send, call)).code)
      }
      for (const origin of [gateway.origin, person.origin]) {
        refusals.add(await tryUpgrade({ ...by, origin, as: 'gateway', tls: { cert, key } }))
      }
    }
    sender.close()
    expect(refusals).toEqual(new Set(['certificate_invalid', 'not_found']))
    const own = { as: 'gateway', signers: [{ label: 'gateway', signer: gateway.key.signer }] } as const
    const identity = { cert: gateway.certificates.map(pemOf).join(''), key: gateway.key.pem }
    expect(await tryUpgrade({ ...own, origin: gateway.origin, tls: identity })).toBe('open')
  })

  it("opens its own event socket, and nobody else's", async () => {
    const colleague = await addPerson(someName())
    const { device, session } = person.keys
    const socketOf = (keys: readonly [RawKey['signer'], RawKey['signer']]): Promise<string> => {
      const signers = [
        { label: 'device', signer: keys[0] },
        { label: 'session', signer: keys[1] },
      ] as const
      return tryUpgrade({ origin: person.origin, as: 'agent', signers, tls: person.tls as { cert: string; key: string } })
    }
    expect(await socketOf([device.signer, session.signer])).toBe('open')
    const { device: otherDevice, session: otherSession } = colleague.keys
    const attempts = [
      await socketOf([posing(device, otherDevice), posing(session, otherSession)]),
      await socketOf([device.signer, posing(session, otherSession)]),
      await socketOf([gateway.key.signer, gateway.key.signer]),
    ]
    for (const code of attempts) expect(code).toMatch(/^(signature_invalid|session_unknown|device_mismatch)$/)
    // Whose sessions these are has lost nothing.
    expect(await socketOf([device.signer, session.signer])).toBe('open')
    expect(await unlock(colleague)).toBe(PASSWORD)
    colleague.close()
  })
})

describe('an API without the vault', () => {
  it('releases nothing, and has nothing that it could release', async () => {
    const { rolesApart, database } = testbed.central
    rolesApart!.programs.vault.kill('SIGKILL')
    await rolesApart!.programs.vault.exited
    await expect(unlock(person)).rejects.toThrow('vault_unavailable')
    const partsOf = async () => (await person.call('getHealth')).parts
    const openAlerts = async () => {
      const { items } = await owner.call('listAlerts', { query: { state: 'open', limit: 500 } })
      return items.filter(({ kind }) => kind === 'vault-failing')
    }
    await waitFor(async () => (await partsOf()).vault === 'failing', {
      description: 'health tells of the vault',
      timeoutMs: 60_000,
    })
    await waitFor(async () => (await openAlerts()).length === 1, { description: 'administrators are told', timeoutMs: 60_000 })

    for (const table of ['secret_versions', 'vault_keys', 'deployment_keys', 'receipt_keys']) {
      await expect(centralSql(database!.url('api'), `select * from ${table}`)).rejects.toThrow('permission denied')
      expect(await centralSql(database!.url('superuser'), `select 1 from ${table}`), table).not.toEqual([])
    }

    await rolesApart!.restart('vault')
    expect(await unlock(person)).toBe(PASSWORD)
    await waitFor(async () => (await openAlerts()).length === 0, {
      description: 'the alert is over by itself',
      timeoutMs: 60_000,
    })
    expect(await partsOf()).toEqual({ database: 'ok', vault: 'ok', kms: 'ok', log: 'ok' })
  })
})
