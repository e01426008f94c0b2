import { SallyportError } from '@sallyport/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import type { Finding } from '../shared/diagnosis.ts'
import { runCli } from './testing/run-cli.ts'
import { type StandInAgent, standInAgent } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
afterEach(async () => {
  await agent?.stop()
  agent = null
})

const finding = (change: Partial<Finding>): Finding => ({
  area: 'agent',
  subject: '',
  step: '',
  state: 'ok',
  code: null,
  detail: 'is well',
  milliseconds: null,
  ...change,
})

const examine = async (findings: readonly Finding[], args: readonly string[] = []) => {
  const diagnose = () => ({ at: new Date().toISOString(), findings })
  agent = await standInAgent({ methods: { diagnose } })
  const { code, stdout } = await runCli(['doctor', ...args], { profile: agent.profile })
  return { code, stdout }
}

describe('the doctor', () => {
  test('finds nothing wrong where nothing is', async () => {
    const areas = ['agent', 'keys', 'api', 'clock', 'session', 'gateway', 'listener', 'tools'] as const
    const { code, stdout } = await examine(areas.map((area) => finding({ area })))
    expect(code).toBe(0)
    expect(stdout).not.toContain('✗')
    for (const name of ['Agent', 'Keys', 'API', 'Session', 'Clock', 'Gateway', 'Listener', 'Tools'])
      expect(stdout).toContain(`✓ ${name}`)
  })

  const failed = (area: Finding['area'], code: string, found: Partial<Finding>): Finding =>
    finding({ area, state: 'failed', code, ...found })
  test.for<[found: string, exitCode: number, finding: Finding]>([
    [
      '✗ API        https://sallyport.example.org, connection: no answer (5000.0 ms)',
      8,
      failed('api', 'api_unreachable', {
        detail: 'no answer',
        subject: 'https://sallyport.example.org',
        step: 'connection',
        milliseconds: 5000,
      }),
    ],
    ['sallyport login <invitation>', 3, failed('api', 'not_enrolled', { detail: 'not enrolled' })],
    ['→ sallyport login', 3, failed('session', 'session_unknown', { detail: 'You are signed out.' })],
    ['✗ Clock      600 s behind the API', 3, failed('clock', 'signature_expired', { detail: '600 s behind the API' })],
    ['This device was revoked.', 3, failed('session', 'device_revoked', { detail: 'This device was revoked.' })],
    ['port 15001 belongs to nginx (12)', 6, failed('listener', 'port_taken', { detail: 'port 15001 belongs to nginx (12)' })],
    ['must be bound again', 6, failed('listener', 'secret_unbound', { detail: 'Its secret must be bound again.' })],
  ])('finds “%s” and ends with %i', async ([found, exitCode, wrong]) => {
    const { code, stdout } = await examine([finding({}), wrong])
    expect(stdout).toContain(found)
    expect(code).toBe(exitCode)
  })

  test('passes over what only deserves a look', async () => {
    const { code, stdout } = await examine([
      finding({ area: 'listener', subject: 'shop-db/read-only', state: 'notice', detail: 'failed once' }),
    ])
    expect(stdout).toContain('! Listener   shop-db/read-only: failed once')
    expect(code).toBe(0)
  })

  test('says so when the agent cannot be asked', async () => {
    const diagnose = (): never => {
      throw new SallyportError('agent_unreachable')
    }
    agent = await standInAgent({ methods: { diagnose } })
    const { code, stdout } = await runCli(['doctor'], { profile: agent.profile })
    expect(stdout).toContain('✗ Agent')
    expect(code).toBe(8)
  })
})
