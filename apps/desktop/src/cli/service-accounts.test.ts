import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { runCli } from './testing/run-cli.ts'
import { page } from './testing/samples.ts'
import { type StandInAgent, standInAgent, type StandInOptions } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
const start = async (options: StandInOptions): Promise<StandInAgent> => (agent = await standInAgent(options))
afterEach(async () => {
  await agent?.stop()
  agent = null
})
const asked = (name: string): unknown[] => agent!.asked.filter((call) => call.name === name).map(({ input }) => input)

describe('a service account', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const auditor = {
    id: randomUUID(),
    name: 'auditor',
    description: '',
    builtIn: true,
    permissions: [],
    users: [],
    credentials: [],
  }
  const account = {
    id: randomUUID(),
    name: 'siem',
    keyId: 'k'.repeat(43),
    purposes: ['audit'],
    roles: [auditor.id],
    status: 'active',
    createdAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    lastTokenAt: null,
  }
  const add = ['admin', 'service-accounts', 'add', 'siem', '--key', '-', '--for', '1d', '--role', 'auditor']
  const routes = {
    listRoles: () => page([auditor]),
    listServiceAccounts: () => page([account]),
    createServiceAccount: () => account,
    revokeServiceAccount: () => ({}),
  }

  test('is made with a public key and a role by its name', async () => {
    const { profile } = await start({ routes })
    const input = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    expect(await runCli([...add, '--purpose', 'audit'], { profile, input })).toMatchObject({ code: 0 })
    expect(asked('createServiceAccount')).toEqual([
      {
        body: {
          name: 'siem',
          publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
          purposes: ['audit'],
          roles: [auditor.id],
          expiresAt: expect.any(String),
        },
      },
    ])
  })

  test('is not made with a private key, without a key, or for nothing', async () => {
    const { profile } = await start({ routes })
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const wrong = await runCli([...add, '--purpose', 'audit'], { profile, input: secret })
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('This is a private key') })
    expect(await runCli([...add, '--purpose', 'audit'], { profile, input: 'a key' })).toMatchObject({ code: 2 })
    const input = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    expect(await runCli(add, { profile, input })).toMatchObject({ code: 2 })
    expect(asked('createServiceAccount')).toEqual([])
  })

  test('is listed, and revoked by its name', async () => {
    const { profile } = await start({ routes })
    const { stdout } = await runCli(['admin', 'service-accounts', 'list'], { profile })
    expect(stdout).toMatch(/siem +active +audit +auditor/)
    expect(await runCli(['admin', 'service-accounts', 'revoke', 'siem', '--yes'], { profile })).toMatchObject({ code: 0 })
    expect(asked('revokeServiceAccount')).toEqual([{ parameters: { serviceAccount: account.id } }])
  })
})
