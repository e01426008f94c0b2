/** What goes wrong is said in the tool that the person looks at: what happened, a stable code, what to do. */
import { connect, createServer } from 'node:net'
import { addRole, passwordSecret, storeSecret, Testbed } from '@sallyport/testbed'
import { freePort, hasProgram } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPsql } from '../support/open-psql.ts'
import { takeOwnPorts } from '../support/own-ports.ts'
import { psqlPrints, runPsql } from '../support/run-psql.ts'
import { asSuperuser } from '../support/superuser.ts'

let testbed: Testbed
beforeAll(async () => {
  testbed = await Testbed.start()
})
afterAll(() => testbed.stop())

const url = (credential: string) => testbed.owner.agent.url(credential)

const fatal = async (connection: string): Promise<string> => {
  const { code, stderr } = await runPsql(connection, 'select 1')
  expect(code, stderr).toBe(2)
  expect(stderr).toContain('FATAL:')
  return stderr
}

describe.skipIf(!hasProgram('psql'))('psql is told (needs psql)', () => {
  test('that the resource refused the credential, and nothing of the password', async () => {
    await asSuperuser(testbed.shop.postgres, `alter role readwrite password 'changed behind our back'`)
    const text = await fatal(await url('shop-db/read-write'))
    expect(text).toContain('resource_sign_in_failed')
    expect(text).toMatch(/HINT: .*administrator/)
    expect(text).not.toContain(testbed.shop.users.readwrite.password)
  })

  test('that the resource does not answer', async () => {
    const { resource } = testbed.database
    const { endpoint } = await testbed.owner.agent.api('getResource', { parameters: { resource } })
    const nobody = { ...endpoint, port: await freePort() }
    const body = { site: testbed.site, name: 'gone-db', endpoint: nobody }
    const gone = await testbed.owner.agent.api('createResource', { body })
    const secret = await storeSecret(testbed.owner.agent, gone, passwordSecret('whatever it is'))
    const credential = await testbed.owner.agent.api('createCredential', {
      body: { resource: gone.id, name: 'any', userName: 'any', secret, databases: ['any'] },
    })
    await addRole(testbed.owner.agent, { users: [testbed.owner.id], credentials: [credential.id] })
    expect(await fatal(await url('gone-db/any'))).toContain('resource_unreachable')
  })

  test('that its access has ended, in the middle of a query', async () => {
    const person = await testbed.addPerson('temp')
    const credential = testbed.database.credentials['read-only']!
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const grant = await testbed.owner.agent.api('createGrant', { body: { user: person.id, credential, expiresAt } })
    await takeOwnPorts(person.agent)
    const psql = await openPsql(await person.agent.url('shop-db/read-only'))
    await testbed.owner.agent.api('revokeGrant', { parameters: { grant: grant.id } })
    expect(await psql.ended).toMatch(/FATAL: .*\(grant_expired\)/)
  })
})

test('a port that somebody holds is named with its holder, and the address stays the same', async () => {
  const { port, granted } = await testbed.owner.agent.listening('shop-db/owner')
  await testbed.owner.agent.local.call('disconnect', { name: granted.name })
  const squatter = createServer().listen(port, '127.0.0.1')
  await new Promise((resolve) => squatter.once('listening', resolve))
  const taken = await testbed.owner.agent.local.call('connect', { name: granted.name }).catch(() => null)
  const { items } = await testbed.owner.agent.local.call('credentials', {})
  const item = taken ?? items.find((one) => one.granted.name === granted.name)
  expect(item).toMatchObject({ port, listener: { state: 'port-taken' } })
  await new Promise((resolve) => squatter.close(resolve))
  await testbed.owner.agent.local.call('connect', { name: granted.name })
  expect(await testbed.owner.agent.listening('shop-db/owner')).toMatchObject({ port })
})

test('a second agent on the same profile says so, and the first goes on', async () => {
  await expect(testbed.startAgent(testbed.owner.agent.profile)).rejects.toThrow(/agent_running/)
  expect((await testbed.owner.agent.local.call('status', {})).state).toBe('signed-in')
})

describe('whatever arrives at a port harms nobody else', () => {
  const garbage = [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    Buffer.from([0x16, 3, 1, 0xff, 0xff, ...Array.from({ length: 200 }, () => 0xaa)]),
    Buffer.alloc(70_000, 0xff),
    Buffer.from([0, 0, 0, 4]),
    Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0]),
  ]
  const ports = [
    ['the API', () => Number(new URL(testbed.api.origin).port)],
    ['the API’s gateway listener', () => Number(new URL(testbed.api.gatewayOrigin).port)],
    ['a gateway', () => testbed.gateways[0]!.port],
    ['a listener of an agent', async () => (await testbed.owner.agent.listening('shop-db/read-only')).port],
  ] as const

  test.each(ports)('%s', async (_name, portOf) => {
    const port = await portOf()
    for (const bytes of garbage) {
      const closed = new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
        socket.on('error', () => undefined)
        socket.once('close', () => resolve())
        socket.resume()
      })
      await closed
    }
    expect(await psqlPrints(await url('shop-db/read-only'), 'select 41 + 1')).toBe('42')
  })
})
