import { describe, expect, test } from 'vitest'
import { accessEnd, isDangerous, titleOf } from '../../data/credential.ts'
import { credential, someCredentials } from '../../stories/credentials.ts'
import { STORY_NOW } from '../../stories/story.ts'
import { credentialState } from './state.ts'

const now = Date.parse(STORY_NOW)
const base = { resource: 'shop', name: 'read-only', number: 1 }
const error = { code: 'resource_unreachable', message: 'No.', at: STORY_NOW }
const until = (minutes: number) => ({
  kind: 'grant' as const,
  id: 'a',
  expiresAt: new Date(now + minutes * 60_000).toISOString(),
})

describe('the state of a credential', () => {
  test.for([
    ['listens and nobody is connected', {}, 'ready', 'Ready'],
    ['two programs are connected', { connections: 2 }, 'in-use', 'In use · 2'],
    ['is off', { listener: { state: 'off' as const } }, 'off', 'Off'],
    ['its port is taken', { listener: { state: 'port-taken' as const, owner: null } }, 'failed', 'Port taken'],
    ['its secret waits for an administrator', { listener: { state: 'unbound' as const } }, 'locked', 'Waits for an admin'],
    ['its last connection failed', { lastError: error }, 'failed', 'Failed'],
    ['it failed before, but is in use now', { lastError: error, connections: 1 }, 'in-use', 'In use · 1'],
    ['somebody else has it', { inUse: { by: 'Ada Byron', until: STORY_NOW } }, 'locked', 'With Ada Byron'],
    ['somebody whom one may not know has it', { inUse: { by: null, until: STORY_NOW } }, 'locked', 'With somebody else'],
    ['its access ends soon', { through: [until(4)] }, 'ending', 'Ends in 4 min'],
    ['its access ends in some hours', { through: [until(200)] }, 'ready', 'Ready'],
  ] as const)('%s', ([, difference, kind, word]) => {
    const state = credentialState(credential({ ...base, ...difference }), now)
    expect(state).toEqual({ kind, word })
  })
})

test('an access ends when the last of what gives it ends, and never while a role gives it', () => {
  expect(accessEnd(credential({ ...base, through: [until(4), until(9)] }))).toBe(now + 9 * 60_000)
  expect(accessEnd(credential({ ...base, through: [until(4), { kind: 'role', id: 'b', name: 'Backend' }] }))).toBeNull()
})

test('an account with full rights is marked', () => {
  expect(someCredentials.filter(isDangerous).map(titleOf)).toEqual(['shop · superuser'])
})
