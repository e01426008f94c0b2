import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Endpoint,
  endpointDigest,
  fromUtf8,
  generateSealingKeyPair,
  SallyportError,
  toBase64url,
  unseal,
} from '@sallyport/protocol'
import { secretInfo } from '@sallyport/protocol/api'
import { afterEach, describe, expect, test } from 'vitest'
import { runCli, runOnTerminal, terminalSkipReason } from './testing/run-cli.ts'
import { ORGANIZATION, page, sampleUser } from './testing/samples.ts'
import { type StandInAgent, standInAgent, type StandInOptions } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
const start = async (options: StandInOptions): Promise<StandInAgent> => (agent = await standInAgent(options))
afterEach(async () => {
  await agent?.stop()
  agent = null
})
const asked = (name: string): unknown[] => agent!.asked.filter((call) => call.name === name).map(({ input }) => input)

const endpoint: Endpoint = {
  protocol: 'postgresql',
  host: 'db.internal',
  port: 5432,
  tls: { kind: 'authority', certificates: '', serverName: null },
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
}
const site = { id: randomUUID(), name: 'Berlin' }
const resource = {
  id: randomUUID(),
  site: site.id,
  name: 'shop-db',
  description: '',
  tags: [],
  endpoint,
  options: { labelConnections: true, strictRecording: false },
}
const credential = {
  id: randomUUID(),
  resource: resource.id,
  name: 'read-only',
  userName: 'shop_ro',
  secret: randomUUID(),
  secretVersion: 1,
  bound: true,
  databases: ['shop'],
  port: 15_001,
  exclusive: false,
  kind: 'password',
  secretEndsAt: null,
  stored: null,
}

describe('names', () => {
  const ada = sampleUser('ada@example.org')
  const role = {
    id: randomUUID(),
    name: 'Developers',
    description: '',
    builtIn: false,
    permissions: [],
    users: [],
    credentials: [],
  }
  const routes = {
    listUsers: () => page([sampleUser('bob@example.org'), ada]),
    listRoles: () => page([role, { ...role, id: randomUUID(), name: 'Twice' }, { ...role, id: randomUUID(), name: 'Twice' }]),
    listCredentials: () => page([credential]),
    listResources: () => page([resource]),
    addRoleMember: () => ({}),
    addRoleCredential: () => ({}),
  }

  test('stand for ids', async () => {
    const { profile } = await start({ routes })
    expect(await runCli(['admin', 'roles', 'add-member', 'Developers', 'ada@example.org'], { profile })).toMatchObject({
      code: 0,
    })
    expect(asked('addRoleMember')).toEqual([{ parameters: { role: role.id, user: ada.id } }])
  })

  test('of credentials are resource/credential', async () => {
    const { profile } = await start({ routes })
    await runCli(['admin', 'roles', 'add-credential', 'Developers', 'shop-db/read-only'], { profile })
    expect(asked('addRoleCredential')).toEqual([{ parameters: { role: role.id, credential: credential.id } }])
  })

  test('need not be looked up when ids are given', async () => {
    const { profile } = await start({ routes })
    await runCli(['admin', 'roles', 'add-member', role.id, ada.id], { profile })
    expect(agent?.asked.map(({ name }) => name)).toEqual(['addRoleMember'])
  })

  test('that are unknown end with 5 and say where to look', async () => {
    const { profile } = await start({ routes })
    const { code, stderr } = await runCli(['admin', 'roles', 'add-member', 'Developers', 'eve@example.org'], { profile })
    expect(code).toBe(5)
    expect(stderr).toContain('sallyport admin users list')
  })

  test('of several things end with 2 and list their ids', async () => {
    const { profile } = await start({ routes })
    const { code, stderr } = await runCli(['admin', 'roles', 'add-member', 'Twice', ada.id, '--json'], { profile })
    expect(code).toBe(2)
    const { error } = JSON.parse(stderr)
    expect(error.code).toBe('invalid_request')
    expect(error.details).toHaveLength(2)
  })
})

describe('lists', () => {
  const user = sampleUser('ada@example.org')
  const alert = (index: number) => ({
    id: randomUUID(),
    at: '2026-11-22T08:00:00.000Z',
    kind: 'new-device',
    user: user.id,
    device: null,
    message: `alert ${index}`,
    acknowledged: null,
    endedAt: null,
  })
  const alerts = Array.from({ length: 700 }, (_, index) => alert(index))
  const listAlerts = ({ query }: { query: { limit: number; cursor?: string } }) => {
    const first = Number(query.cursor ?? 0)
    const end = first + query.limit
    return page(alerts.slice(first, end), end < alerts.length ? String(end) : null)
  }

  test('are read page by page up to --limit', async () => {
    const { profile } = await start({ routes: { listAlerts } })
    const { stdout } = await runCli(['admin', 'alerts', 'list', '--limit', '600', '--json'], { profile })
    expect(JSON.parse(stdout)).toEqual(alerts.slice(0, 600))
    expect(asked('listAlerts')).toEqual([{ query: { limit: 500 } }, { query: { limit: 100, cursor: '500' } }])
  })

  test('say that there is more, beside the table', async () => {
    const { profile } = await start({ routes: { listAlerts, listUsers: () => page([user]) } })
    const { stdout, stderr } = await runCli(['admin', 'alerts', 'list'], { profile })
    expect(stdout.trimEnd().split('\n')).toHaveLength(101)
    expect(stdout).toContain('ada@example.org')
    expect(stderr).toContain('more with --limit')
  })

  test('are acknowledged by their id', async () => {
    const [first] = alerts
    const { profile } = await start({ routes: { acknowledgeAlert: () => first } })
    expect(await runCli(['admin', 'alerts', 'acknowledge', first!.id], { profile })).toMatchObject({ code: 0 })
    expect(asked('acknowledgeAlert')).toEqual([{ parameters: { alert: first!.id } }])
    const wrong = await runCli(['admin', 'alerts', 'acknowledge', 'the first'], { profile })
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('is not the id of an alert') })
  })

  test('show ids where names may not be read', async () => {
    const listUsers = () => {
      throw new SallyportError('forbidden')
    }
    const { profile } = await start({ routes: { listAlerts, listUsers } })
    const { code, stdout } = await runCli(['admin', 'alerts', 'list'], { profile })
    expect(code).toBe(0)
    expect(stdout).toContain(user.id)
  })
})

const nobody = { count: 0, items: [] }
const noImpact = { losing: nobody, gaining: nobody, connections: nobody, leases: 0, unbound: nobody, complete: true }
const person = (email: string) => ({ id: randomUUID(), email, firstName: 'Ada', lastName: 'Lovelace' })
const connection = {
  id: randomUUID(),
  user: randomUUID(),
  session: randomUUID(),
  device: randomUUID(),
  gateway: randomUUID(),
  lease: randomUUID(),
  resource: resource.id,
  credential: credential.id,
  name: 'shop-db/read-only',
  caller: { program: 'psql', user: 'ada', pid: 99 },
  openedAt: '2026-11-22T08:00:00.000Z',
  bytesUp: 2048,
  bytesDown: 5_000_000,
  reportedAt: '2026-11-22T08:01:00.000Z',
  leaseExpiresAt: '2036-11-22T08:00:00.000Z',
}
const impact = {
  ...noImpact,
  losing: { count: 3, items: [person('ada@example.org'), person('bob@example.org')] },
  connections: { count: 1, items: [connection] },
  leases: 1,
}

describe('acts that cannot be undone', () => {
  const user = sampleUser('ada@example.org')
  const routes = { listUsers: () => page([user]), deleteUser: () => ({}), previewDeleteUser: () => impact }
  const words = ['admin', 'users', 'delete', 'ada@example.org']

  test('need --yes where nobody can be asked', async () => {
    const { profile } = await start({ routes })
    const { code, stderr } = await runCli(words, { profile })
    expect(code).toBe(2)
    expect(stderr).toContain('--yes')
    expect(asked('deleteUser')).toEqual([])
    expect(await runCli([...words, '--yes'], { profile })).toMatchObject({ code: 0 })
    expect(asked('deleteUser')).toEqual([{ parameters: { user: user.id } }])
  })

  test.skipIf(terminalSkipReason())('ask at a terminal, and only yes is yes', async () => {
    const { profile } = await start({ routes })
    const question = 'ada@example.org: 3 people lose access, 1 open connection ends. Delete this user for good? [y/N] '
    const refused = runOnTerminal(words, { profile })
    await refused.answer(question, '\r')
    expect(await refused.exited).toBe(2)
    expect(refused.shown).toContain('Nothing was changed.')
    expect(asked('deleteUser')).toEqual([])
    const agreed = runOnTerminal(words, { profile })
    await agreed.answer(question, 'y\r')
    expect(await agreed.exited).toBe(0)
    expect(asked('deleteUser')).toEqual([{ parameters: { user: user.id } }])
    expect(refused.shown).toContain('3 people lose access: ada@example.org, bob@example.org, and 1 more')
    expect(refused.shown).toContain('1 open connection ends: shop-db/read-only (psql)')
  })

  test('are only previewed with --dry-run', async () => {
    const { profile } = await start({ routes })
    const shown = await runCli([...words, '--dry-run', '--yes'], { profile })
    expect(shown.stdout).toContain('Nothing was changed')
    expect(shown.stdout).toContain('3 people lose access: ada@example.org')
    expect(JSON.parse((await runCli([...words, '--dry-run', '--json'], { profile })).stdout)).toEqual(impact)
    expect(asked('previewDeleteUser')).toEqual([{ parameters: { user: user.id } }, { parameters: { user: user.id } }])
    expect(asked('deleteUser')).toEqual([])
  })

  test('need no preview when they were agreed to beforehand', async () => {
    const { profile } = await start({ routes })
    await runCli([...words, '--yes'], { profile })
    expect(asked('previewDeleteUser')).toEqual([])
  })
})

describe('changes that may take something away', () => {
  const role = { id: randomUUID(), name: 'Ops', description: '', builtIn: false, permissions: [], users: [], credentials: [] }
  const words = ['admin', 'roles', 'change', role.id, '--permission', 'audit.read']
  const answers = {
    changeRole: () => role,
    listUsers: () => page([]),
    listCredentials: () => page([]),
    listResources: () => page([]),
  }

  test('are made without a question when nobody loses anything', async () => {
    const gaining = { count: 1, items: [person('bob@example.org')] }
    const { profile } = await start({ routes: { ...answers, previewChangeRole: () => ({ ...noImpact, gaining }) } })
    expect(await runCli(words, { profile })).toMatchObject({ code: 0 })
    expect(asked('previewChangeRole')).toEqual(asked('changeRole'))
  })

  test('are asked about otherwise', async () => {
    const { profile } = await start({ routes: { ...answers, previewChangeRole: () => impact } })
    const { code, stderr } = await runCli(words, { profile })
    expect(code).toBe(2)
    expect(stderr).toContain('3 people lose access')
    expect(asked('changeRole')).toEqual([])
  })

  test('say how little is known where there is too much to look through', async () => {
    const { profile } = await start({ routes: { ...answers, previewChangeRole: () => ({ ...impact, complete: false }) } })
    expect((await runCli([...words, '--dry-run'], { profile })).stdout).toContain('at least 3 people lose access')
  })

  test('are said to come to nothing where they do', async () => {
    const { profile } = await start({ routes: { ...answers, previewChangeRole: () => noImpact } })
    expect((await runCli([...words, '--dry-run'], { profile })).stdout).toContain('nobody loses or gains access')
  })
})

test('open connections are listed by whose they are, and ended by their id', async () => {
  const user = sampleUser('ada@example.org', { id: connection.user })
  const { profile } = await start({
    routes: {
      listConnections: () => page([connection]),
      endConnection: () => ({}),
      listUsers: () => page([user]),
      listGateways: () => page([]),
    },
  })
  const { stdout } = await runCli(['admin', 'connections', 'list', '--user', 'ada@example.org'], { profile })
  expect(stdout).toMatch(/ada@example\.org +shop-db\/read-only +psql/)
  expect(asked('listConnections')).toMatchObject([{ query: { user: user.id } }])
  expect(await runCli(['admin', 'connections', 'end', connection.id], { profile })).toMatchObject({ code: 2 })
  expect(await runCli(['admin', 'connections', 'end', connection.id, '--yes'], { profile })).toMatchObject({ code: 0 })
  expect(asked('endConnection')).toEqual([{ parameters: { connection: connection.id } }])
})

test('a grant ends after the duration given', async () => {
  const grant = {
    id: randomUUID(),
    user: randomUUID(),
    credential: credential.id,
    device: null,
    reason: 'incident 17',
    status: 'active',
  }
  const { profile } = await start({
    routes: {
      createGrant: ({ body }: { body: object }) => ({ ...grant, ...body, startsAt: new Date().toISOString() }),
    },
  })
  const before = Date.now()
  const words = ['admin', 'grants', 'add', grant.user, credential.id, '--for', '1h30m', '--reason', 'incident 17']
  expect(await runCli(words, { profile })).toMatchObject({ code: 0 })
  const [{ body }] = asked('createGrant') as [{ body: { expiresAt: string; reason: string } }]
  expect(body.reason).toBe('incident 17')
  expect(Date.parse(body.expiresAt) - before).toBeGreaterThan(5_340_000)
  expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThan(5_460_000)
})

describe('secrets', () => {
  const secretAnswer = { id: randomUUID(), resource: resource.id, version: 1, bound: true, createdAt: '2026-11-22T08:00:00.000Z' }

  /** An organization whose vault key the test holds. */
  const startWithVault = async () => {
    const vault = await generateSealingKeyPair()
    const key = Buffer.alloc(32, 9).toString('base64url')
    const trust = {
      version: 1,
      number: 1,
      organization: ORGANIZATION,
      trustDomain: 'example.sallyport.example.org',
      issuedAt: 0,
      roots: ['AAAA'],
      issuers: ['AAAA'],
      vaultKeys: [{ id: key, publicKey: toBase64url(vault.publicKey) }],
      receiptKeys: [{ id: key, publicKey: 'AAAA' }],
      gateways: [],
    }
    const routes = {
      listResources: () => page([resource]),
      listCredentials: () => page([credential]),
      getResource: () => resource,
      getCredential: () => credential,
      createSecret: () => secretAnswer,
      replaceSecret: () => ({ ...secretAnswer, version: 2 }),
      bindSecret: () => secretAnswer,
      createCredential: ({ body }: { body: object }) => ({ ...credential, ...body }),
    }
    const { profile } = await start({ methods: { trust: () => trust }, routes })
    const digest = await endpointDigest(endpoint)
    const info = secretInfo({ organization: ORGANIZATION, resource: resource.id, endpointDigest: digest })
    /** What the vault finds in the body of a call. */
    const opened = async (name: string): Promise<unknown> => {
      const [{ body }] = asked(name) as [{ body: { sealed: { encapsulated: string; ciphertext: string } } }]
      expect(body).toMatchObject({ resource: resource.id, endpointDigest: digest, vaultKey: key })
      return JSON.parse(fromUtf8(await unseal(body.sealed, vault.privateKey, { info })))
    }
    return { profile, opened, digest }
  }
  const password = (text: string) => ({ kind: 'password', password: Buffer.from(text).toString('base64url') })
  const add = ['admin', 'credentials', 'add', 'shop-db/batch', '--user-name', 'batch']

  test('leave this process sealed to the vault key for one resource at one endpoint', async () => {
    const { profile, opened } = await startWithVault()
    const { code } = await runCli([...add, '--database', 'shop', '--database', 'stock', '--password-file', '-'], {
      profile,
      input: 'hunter2',
    })
    expect(code).toBe(0)
    expect(await opened('createSecret')).toEqual(password('hunter2'))
    expect(asked('createCredential')).toEqual([
      {
        body: {
          resource: resource.id,
          name: 'batch',
          userName: 'batch',
          secret: secretAnswer.id,
          databases: ['shop', 'stock'],
          exclusive: false,
        },
      },
    ])
    expect(JSON.stringify(agent?.asked)).not.toContain('hunter2')
  })

  test.skipIf(terminalSkipReason())('are asked for without being shown', async () => {
    const { profile, opened } = await startWithVault()
    const run = runOnTerminal(add, { profile })
    await run.answer('Password of the credential: ', 'hunter2\r')
    await run.answer('The same again: ', 'hunter2\r')
    expect(await run.exited).toBe(0)
    expect(run.shown).not.toContain('hunter2')
    expect(await opened('createSecret')).toEqual(password('hunter2'))
  })

  test('may make temporary users, or sign tokens, for one person at a time', async () => {
    const { profile, opened } = await startWithVault()
    const administrator = ['--administrator', 'maker', '--owned', 'reassign', '--exclusive', '--password-file', '-']
    expect((await runCli([...add, ...administrator], { profile, input: 'hunter2' })).code).toBe(0)
    expect(await opened('createSecret')).toEqual({
      ...password('hunter2'),
      kind: 'temporary-user',
      administrator: 'maker',
      memberOf: 'batch',
      owned: 'reassign',
    })
    expect(asked('createCredential')).toMatchObject([{ body: { userName: 'batch', exclusive: true } }])
    agent?.asked.splice(0)
    const key = ['--aws-access-key-id', 'AKIAIOSFODNN7EXAMPLE', '--aws-region', 'eu-central-1', '--aws-secret-key-file', '-']
    expect((await runCli([...add, ...key], { profile, input: 'hunter2' })).code).toBe(0)
    expect(await opened('createSecret')).toEqual({
      kind: 'aws-iam',
      region: 'eu-central-1',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: password('hunter2').password,
      userName: 'batch',
    })
    expect(await runCli([...add, ...key, ...administrator], { profile, input: 'x' })).toMatchObject({ code: 2 })
  })

  test('may be a client certificate with its key', async () => {
    const { profile, opened } = await startWithVault()
    const [certificate, key] = [join(profile, 'certificate'), join(profile, 'key')]
    const keyPem = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'
    const certificatePem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    await writeFile(certificate, certificatePem)
    await writeFile(key, keyPem)
    await runCli([...add, '--certificate-file', certificate, '--key-file', key], { profile })
    expect(await opened('createSecret')).toEqual({
      kind: 'certificate',
      certificatePem,
      privateKeyPem: Buffer.from(keyPem).toString('base64url'),
    })
    const swapped = await runCli([...add, '--certificate-file', key, '--key-file', certificate], { profile })
    expect(swapped).toMatchObject({ code: 2 })
  })

  test('are not asked for when the name is taken', async () => {
    const { profile } = await startWithVault()
    const words = ['admin', 'credentials', 'add', 'shop-db/read-only', '--user-name', 'shop_ro', '--password-file', '-']
    expect(await runCli(words, { profile, input: 'hunter2' })).toMatchObject({ code: 6 })
    expect(asked('createSecret')).toEqual([])
  })

  test('are replaced by the name of their credential', async () => {
    const { profile, opened } = await startWithVault()
    const words = ['admin', 'secrets', 'replace', 'shop-db/read-only', '--password-file', '-']
    expect((await runCli(words, { profile, input: 'new' })).stdout).toContain('version 2')
    expect(asked('replaceSecret')).toMatchObject([{ parameters: { secret: credential.secret } }])
    expect(await opened('replaceSecret')).toEqual(password('new'))
  })

  test('are bound to the endpoint that was shown', async () => {
    const { profile, digest } = await startWithVault()
    expect(await runCli(['admin', 'secrets', 'bind', 'shop-db/read-only'], { profile })).toMatchObject({ code: 2 })
    await runCli(['admin', 'secrets', 'bind', 'shop-db/read-only', '--yes'], { profile })
    expect(asked('bindSecret')).toEqual([{ parameters: { secret: credential.secret }, body: { endpointDigest: digest } }])
  })
})

describe('resources', () => {
  const routes = {
    listSites: () => page([site]),
    listResources: () => page([resource]),
    listCredentials: () => page([{ ...credential, bound: false }]),
    getResource: () => resource,
    createResource: ({ body }: { body: object }) => ({ ...resource, ...body }),
    changeResource: ({ body }: { body: object }) => ({ ...resource, ...body }),
    previewChangeResource: () => noImpact,
  }

  const steps = [
    { step: 'name', ok: true, code: null, detail: '10.0.0.7', milliseconds: 1.25 },
    { step: 'connection', ok: false, code: 'resource_unreachable', detail: 'refused by 10.0.0.7:5432', milliseconds: 2 },
  ]

  test('are tested step by step, and the exit code says what failed', async () => {
    const answer = { gateway: randomUUID(), ok: false, steps }
    const { profile } = await start({ routes: { ...routes, testResource: () => answer } })
    const { code, stdout } = await runCli(['admin', 'resources', 'test', 'shop-db'], { profile })
    expect(code).toBe(8)
    expect(stdout).toContain('✓ name       10.0.0.7, 1.3 ms')
    expect(stdout).toContain('✗ connection refused by 10.0.0.7:5432 (resource_unreachable), 2.0 ms')
    expect(asked('testResource')).toEqual([{ parameters: { resource: resource.id }, body: {} }])
    const json = await runCli(['admin', 'resources', 'test', 'shop-db', '--json'], { profile })
    expect(JSON.parse(json.stdout)).toEqual(answer)
  })

  test('need not be there to be tested', async () => {
    const answer = { gateway: randomUUID(), ok: true, steps: steps.slice(0, 1) }
    const { profile } = await start({ routes: { ...routes, testEndpoint: () => answer } })
    const words = ['admin', 'resources', 'test-endpoint', '--host', 'db.internal']
    expect(await runCli(words, { profile })).toMatchObject({ code: 0 })
    expect(asked('testEndpoint')).toEqual([{ parameters: { site: site.id }, body: { endpoint } }])
  })

  test('are added to the only site, with verified TLS and SCRAM unless something else is said', async () => {
    const { profile } = await start({ routes })
    expect(await runCli(['admin', 'resources', 'add', 'shop-db', '--host', 'db.internal'], { profile })).toMatchObject({
      code: 0,
    })
    expect(asked('createResource')).toEqual([
      {
        body: {
          site: site.id,
          name: 'shop-db',
          description: '',
          tags: [],
          endpoint,
          options: { labelConnections: true, strictRecording: false },
        },
      },
    ])
  })

  test('may pin one certificate, given as OpenSSL prints its digest', async () => {
    const { profile } = await start({ routes })
    const pin = Array.from({ length: 32 }, () => 'AB').join(':')
    await runCli(['admin', 'resources', 'add', 'shop-db', '--host', 'db.internal', '--tls-pin', pin], { profile })
    const sha256 = Buffer.alloc(32, 0xab).toString('base64url')
    expect(asked('createResource')).toMatchObject([{ body: { endpoint: { tls: { kind: 'pinned', sha256 } } } }])
  })

  test('keep their own CA when only the name in the certificate changes', async () => {
    const tls = { kind: 'authority', certificates: 'own CA', serverName: null }
    const { profile } = await start({
      routes: { ...routes, getResource: () => ({ ...resource, endpoint: { ...endpoint, tls } }) },
    })
    await runCli(['admin', 'resources', 'change', 'shop-db', '--tls-server-name', 'db.example.org'], { profile })
    expect(asked('changeResource')).toMatchObject([{ body: { endpoint: { tls: { ...tls, serverName: 'db.example.org' } } } }])
  })

  test('change only in what is given, and say which secrets are unbound then', async () => {
    const { profile } = await start({ routes })
    const { stderr } = await runCli(['admin', 'resources', 'change', 'shop-db', '--port', '5433', '--strict-recording', 'on'], {
      profile,
    })
    expect(asked('changeResource')).toEqual([
      {
        parameters: { resource: resource.id },
        body: { endpoint: { ...endpoint, port: 5433 }, options: { labelConnections: true, strictRecording: true } },
      },
    ])
    expect(stderr).toContain('sallyport admin secrets bind shop-db/read-only')
  })
})

test('a join token is shown once, in the command that uses it', async () => {
  const { profile } = await start({
    routes: {
      listSites: () => page([site]),
      createJoinToken: () => ({ token: 'sallyport-join-abc', expiresAt: '2036-11-22T08:00:00.000Z' }),
    },
  })
  const { stdout } = await runCli(['admin', 'gateways', 'token', 'berlin-1', '--address', 'gateway.example.org:8443'], {
    profile,
  })
  expect(stdout).toContain('gateway join --state <folder> --token sallyport-join-abc')
  expect(asked('createJoinToken')).toEqual([
    { body: { name: 'berlin-1', kind: 'gateway', sites: [site.id], address: { host: 'gateway.example.org', port: 8443 } } },
  ])
})

test('an invitation follows its user when asked for', async () => {
  const user = sampleUser('ada@example.org')
  const { profile } = await start({
    routes: {
      createUser: () => user,
      createInvitation: () => ({
        invitation: 'sallyport-invitation-abc',
        link: 'https://pages.example/invitation#sallyport-invitation-abc',
        expiresAt: '2036-11-22T08:00:00.000Z',
      }),
    },
  })
  const words = ['admin', 'users', 'add', 'ada@example.org', '--first-name', 'Ada', '--last-name', 'Lovelace', '--invite']
  expect((await runCli(words, { profile })).stdout).toContain('sallyport login sallyport-invitation-abc')
})
