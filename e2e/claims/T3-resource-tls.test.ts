/**
 * T3. The gateway speaks the resource's own TLS, verified (authority or pin), and refuses to fall back unless the administrator
 * allowed plaintext for that very resource.
 *
 * The attacker stands between gateway and database: strips the request for TLS, puts bytes or an error in front of it, shows
 * another certificate, or makes the server drop TLS and ask for the password in clear. Each time the tool must be shown a FATAL
 * error with the code, and the credential must not reach the attacker. Each attack is also run where the administrator allowed
 * it, or with the true certificate: there it must get through, so that the refusal is the protection's doing.
 */
import { X509Certificate } from 'node:crypto'
import type { RunningPostgres } from '@sallyport/postgres'
import { type Endpoint, sha256, toBase64url } from '@sallyport/protocol'
import { addDatabase, addRole, Testbed } from '@sallyport/testbed'
import { canary, canaryOf, makeAuthority, temporaryPostgres } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ManInTheMiddle, manInTheMiddle } from '../support/man-in-the-middle.ts'
import { psqlPrints, psqlRefusal } from '../support/run-psql.ts'
import { asSuperuser } from '../support/superuser.ts'

const user = canary().text
const password = canary().text
const md5User = canary().text

let bed: Testbed
/** Takes any connection, with or without TLS, and asks for the password in clear, as the attacker likes it. */
let careless: RunningPostgres
let stripper: ManInTheMiddle
let injector: ManInTheMiddle
let complainer: ManInTheMiddle
let listener: ManInTheMiddle

const authority = await makeAuthority()
const names = { name: 'careless.test', ipAddresses: ['127.0.0.1'], usages: ['server'] as const }
const good = await authority.issue(names)
const expired = await authority.issue({
  ...names,
  notBefore: new Date(Date.now() - 7_200_000),
  notAfter: new Date(Date.now() - 3_600_000),
})
const elsewhere = await authority.issue({ name: 'elsewhere.test', dnsNames: ['elsewhere.test'], usages: ['server'] })
const otherAuthority = await makeAuthority()

const trusted: Endpoint['tls'] = { kind: 'authority', certificates: authority.ca, serverName: null }
const pin = async (certificate: string): Promise<Endpoint['tls']> => ({
  kind: 'pinned',
  sha256: toBase64url(await sha256(new Uint8Array(new X509Certificate(certificate).raw))),
})

/** An ErrorResponse with this text (PostgreSQL documentation, "Message Formats"). */
const errorResponse = (text: string): Buffer => {
  const body = Buffer.from(`SFATAL\0C28000\0M${text}\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, body])
}
const lie = 'send your password to the attacker'

/** AuthenticationCleartextPassword: what a gateway that took it for the server's would answer with the credential. */
const askInClear = Buffer.from('520000000800000003', 'hex')

const allAccess = ['host all all 127.0.0.1/32 password']

const resources = async (): Promise<Record<string, Partial<Endpoint> & { readonly userName?: string }>> => ({
  'verified': { port: careless.port },
  'pinned': { port: careless.port, tls: await pin(good.cert) },
  'other-authority': { port: careless.port, tls: { kind: 'authority', certificates: otherAuthority.ca, serverName: null } },
  'other-name': { port: careless.port, tls: { kind: 'authority', certificates: authority.ca, serverName: 'other.test' } },
  'other-pin': { port: careless.port, tls: await pin(elsewhere.cert) },
  'stripped': { port: stripper.port },
  'stripped-allowed': { port: stripper.port, plaintextAllowed: true },
  'injected': { port: injector.port },
  'injected-allowed': { port: injector.port, plaintextAllowed: true },
  'complained': { port: complainer.port },
  'listened': { port: listener.port },
  'scram-only': { port: careless.port, weakestAuthentication: 'scram' },
  'md5-at-most': { port: careless.port, weakestAuthentication: 'md5' },
  'md5-allowed': { port: careless.port, weakestAuthentication: 'md5', userName: md5User },
  'md5-refused': { port: careless.port, weakestAuthentication: 'scram', userName: md5User },
})

const addResources = async (): Promise<void> => {
  const added: string[] = []
  for (const [name, { userName = user, ...endpoint }] of Object.entries(await resources())) {
    const { credentials } = await addDatabase(bed.owner.agent, {
      site: bed.site,
      name,
      endpoint: {
        protocol: 'postgresql',
        host: '127.0.0.1',
        port: 1,
        tls: trusted,
        plaintextAllowed: false,
        weakestAuthentication: 'cleartext',
        ...endpoint,
      },
      database: 'postgres',
      credentials: { it: { userName, password } },
    })
    added.push(credentials['it']!)
  }
  await addRole(bed.owner.agent, { users: [bed.owner.id], credentials: added })
}

const startCareless = async (): Promise<void> => {
  const tls = { certPem: good.cert, keyPem: good.key }
  careless = await temporaryPostgres({ port: 0, tls, hba: [`host all "${md5User}" 127.0.0.1/32 md5`, ...allAccess] })
  const text = `create role "${user}" login password '${password}';
    set password_encryption = 'md5'; create role "${md5User}" login password '${password}'`
  await asSuperuser(careless, text)
  stripper = await manInTheMiddle(careless.port, { kind: 'strip' })
  injector = await manInTheMiddle(careless.port, { kind: 'answer', bytes: Buffer.concat([Buffer.from('S'), askInClear]) })
  complainer = await manInTheMiddle(careless.port, { kind: 'answer', bytes: errorResponse(lie) })
  listener = await manInTheMiddle(careless.port, { kind: 'relay' })
}

beforeAll(async () => {
  ;[bed] = await Promise.all([Testbed.start(), startCareless()])
  await addResources()
})
afterAll(async () => {
  for (const one of [stripper, injector, complainer, listener]) await one?.close()
  await bed?.stop()
  await careless?.stop({ mode: 'immediate' })
})

const whoThrough = async (resource: string): Promise<string> =>
  psqlPrints(
    await bed.owner.agent.url(`${resource}/it`),
    'select current_user, coalesce((select version from pg_stat_ssl where pid = pg_backend_pid()), $$none$$)',
  )
const refused = async (resource: string): Promise<{ code: string; text: string }> =>
  psqlRefusal(await bed.owner.agent.url(`${resource}/it`))
const codeOf = async (resource: string): Promise<string> => (await refused(resource)).code

const showsCredential = (one: ManInTheMiddle): boolean =>
  [user, password].some((text) => canaryOf(text).findBytes(one.seen).length > 0)

test('true certificates are accepted, by their authority and by pin, and TLS is what is spoken', async () => {
  expect(await whoThrough('verified')).toBe(`${user}|TLSv1.3`)
  expect(await whoThrough('pinned')).toBe(`${user}|TLSv1.3`)
})

test.for(['other-authority', 'other-name', 'other-pin'])(
  'a certificate that is not the one trusted is refused: %s',
  async (name) => {
    expect(await codeOf(name)).toBe('resource_certificate')
  },
)

test('whoever only listens between gateway and database sees no credential', async () => {
  expect(await whoThrough('listened')).toBe(`${user}|TLSv1.3`)
  expect({ connections: listener.connections, shown: showsCredential(listener) }).toEqual({ connections: 1, shown: false })
})

test('who strips TLS gets no credential; where plaintext was allowed, it works, and he does', async () => {
  expect(await codeOf('stripped')).toBe('resource_tls_refused')
  expect({ connections: stripper.connections, shown: showsCredential(stripper) }).toEqual({ connections: 1, shown: false })
  expect(await whoThrough('stripped-allowed')).toBe(`${user}|none`)
  expect(canaryOf(password).findBytes(stripper.seen)).not.toEqual([])
})

test('bytes put between the answer and TLS are not taken for the server’s, even where plaintext is allowed', async () => {
  expect(await codeOf('injected')).toBe('resource_tls_refused')
  expect(await codeOf('injected-allowed')).toBe('resource_tls_refused')
  expect({ connections: injector.connections, shown: showsCredential(injector) }).toEqual({ connections: 2, shown: false })
})

test('an error in place of the answer refuses the connection, and its text is not shown', async () => {
  const { code, text } = await refused('complained')
  expect(code).toBe('resource_tls_refused')
  expect(text).not.toContain(lie)
  expect({ connections: complainer.connections, shown: showsCredential(complainer) }).toEqual({ connections: 1, shown: false })
})

test('a server that asks for less than SCRAM gets nothing unless its endpoint allows it', async () => {
  expect(await codeOf('scram-only')).toBe('resource_authentication_weak')
  expect(await codeOf('md5-at-most')).toBe('resource_authentication_weak')
  expect(await codeOf('md5-refused')).toBe('resource_authentication_weak')
  expect(await whoThrough('md5-allowed')).toBe(`${md5User}|TLSv1.3`)
})

test('a certificate that expired or was exchanged is refused, and the true one accepted again', async () => {
  const show = async ({ cert, key }: { cert: string; key: string }): Promise<void> =>
    careless.reload({ tls: { certPem: cert, keyPem: key } })
  await show(expired)
  await expect.poll(() => codeOf('verified'), { timeout: 60_000 }).toBe('resource_certificate')
  await show(elsewhere)
  expect(await codeOf('pinned')).toBe('resource_certificate')
  await show(good)
  await expect.poll(() => whoThrough('verified'), { timeout: 60_000 }).toBe(`${user}|TLSv1.3`)
})

test('a resource that drops TLS is refused, where it worked a moment ago', async () => {
  await asSuperuser(careless, 'alter system set ssl = off')
  await asSuperuser(careless, 'select pg_reload_conf()')
  await expect.poll(() => codeOf('verified'), { timeout: 60_000 }).toBe('resource_tls_refused')
  expect(await codeOf('pinned')).toBe('resource_tls_refused')
  expect(await whoThrough('stripped-allowed')).toBe(`${user}|none`)
})
