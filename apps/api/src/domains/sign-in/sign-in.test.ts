import { decodeInvitation, type SallyportError, toBase64url } from '@sallyport/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withOrganization } from '../../db/with-organization.ts'
import { type ApiUnderTest, apiUnderTest, ownerOf } from '../../testing/api-under-test.ts'
import { makeSigner } from '../../testing/make-signer.ts'
import { makeRequest } from '../../testing/make-request.ts'
import { codeOf, makeComputer, makePerson, PASSWORD, type Person } from '../../testing/person.ts'

let api: ApiUnderTest
let owner: Person
const people: Person[] = []
const person = (...rest: [Parameters<typeof makePerson>[1]?]): Person => {
  const made = makePerson(api, ...rest)
  people.push(made)
  return made
}
const { email: ownerEmail } = ownerOf('acme')

beforeAll(async () => {
  api = await apiUnderTest()
  owner = person()
})
afterAll(async () => {
  for (const each of people) each.close()
  await api.stop()
})

let users = 0
/** A new user who accepted the invitation on a computer of their own. */
const member = async (): Promise<{ readonly email: string; readonly id: string; readonly person: Person }> => {
  const email = `member${++users}@acme.test`
  const user = await owner.client.call('createUser', { body: { email, firstName: 'Mia', lastName: 'Member' } })
  const { invitation } = await owner.client.call('createInvitation', { parameters: { user: user.id } })
  const made = person()
  await made.accept(decodeInvitation(invitation).code)
  return { email, id: user.id, person: made }
}

/** Looks that far ahead. The jobs of the API end the owner's session meanwhile. */
const later = async (milliseconds: number, look: () => Promise<void>): Promise<void> => {
  api.advance(milliseconds)
  await look()
  api.advance(-milliseconds)
  await owner.signIn(ownerEmail)
}

const alerts = async (kind: string): Promise<number> => {
  const { items } = await owner.client.call('listAlerts', {})
  return items.filter((alert) => alert.kind === kind).length
}

/** Types of the entries that were committed since, in their order. */
const auditSince = async (before: Date): Promise<string[]> => {
  const { items } = await owner.client.call('listAuditEntries', { query: { after: before.toISOString() } })
  return items.map((row) => (row.entry as { type: string }).type).toReversed()
}

describe('an invitation', () => {
  it('signs in its first user on an approved device', async () => {
    const { material } = await owner.accept(api.invitation.code)
    expect(material.session.label).toMatch(/^[a-z0-9]{8}$/)
    expect(material.certificates).toHaveLength(2)
    expect(await codeOf(owner.client.call('getMe'))).toBe('accepted')
  })

  it('is used once, and not at all by a guess', async () => {
    expect(await codeOf(person().accept(api.invitation.code))).toBe('invitation_invalid')
    expect(await codeOf(person().accept(toBase64url(new Uint8Array(24))))).toBe('invitation_invalid')
  })

  it('is void once another one was made, and after seven days', async () => {
    const user = await owner.client.call('createUser', { body: { email: 'late@acme.test', firstName: 'L', lastName: 'L' } })
    const make = async (): Promise<string> => {
      const { invitation } = await owner.client.call('createInvitation', { parameters: { user: user.id } })
      return decodeInvitation(invitation).code
    }
    const [first, second] = [await make(), await make()]
    expect(await codeOf(person().accept(first))).toBe('invitation_invalid')
    await later(8 * 86_400_000, async () => {
      expect(await codeOf(person().accept(second))).toBe('invitation_invalid')
    })
  })

  it('cannot be made for somebody who may do more than the one who invites', async () => {
    const role = await owner.client.call('createRole', { body: { name: 'helpdesk', permissions: ['users.read', 'users.write'] } })
    const { id, person: helper } = await member()
    await owner.client.call('addRoleMember', { parameters: { role: role.id, user: id } })
    const { user } = await owner.client.call('getMe')
    expect(await codeOf(helper.client.call('createInvitation', { parameters: { user: user.id } }))).toBe('forbidden')
  })
})

describe('signing in', () => {
  it('works again on the same device, and commits exactly one entry', async () => {
    const { email, person: made } = await member()
    const before = new Date(api.clock())
    await made.signIn(email.toUpperCase())
    await expect.poll(() => auditSince(before)).toEqual(['sign-in.succeeded'])
  })

  it('answers the same for a wrong password and for nobody', async () => {
    const { email } = await member()
    const stranger = person()
    const answers = []
    for (const who of [email, 'nobody@acme.test']) {
      const refusal = await stranger.signIn(who, 'wrong password').catch((error: unknown) => error as SallyportError)
      answers.push({ code: 'code' in refusal ? refusal.code : 'none', message: 'message' in refusal ? refusal.message : 'none' })
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toMatchObject({ code: 'sign_in_failed' })
  })

  it('needs a challenge that was not used before', async () => {
    const { email, person: made } = await member()
    const { challenge } = await made.client.call('createChallenge', { body: { organization: 'acme' } })
    const sessionKey = makeSigner()
    const { fingerprint, deviceKey, deviceState } = made.computer
    const body = {
      ...{ organization: 'acme', challenge, device: null, fingerprint, deviceState, email, password: 'wrong password' },
      deviceKey: toBase64url(deviceKey.publicKey),
      csr: toBase64url(await makeRequest(sessionKey)),
      facts: { name: 'x', platform: 'linux', osVersion: '1', clientVersion: '1', keyStorage: 'keychain' } as const,
    }
    const signers = [
      { label: 'device', signer: deviceKey },
      { label: 'session', signer: sessionKey },
    ] as const
    expect(await codeOf(made.client.call('signIn', { body }, { signers }))).toBe('sign_in_failed')
    expect(await codeOf(made.client.call('signIn', { body: { ...body, password: PASSWORD } }, { signers }))).toBe(
      'challenge_invalid',
    )
    // The key of the device must sign, not only be named.
    const impostor = [{ label: 'device', signer: makeSigner() } as const, signers[1]]
    expect(await codeOf(made.client.call('signIn', { body }, { signers: impostor }))).toBe('signature_invalid')
  })

  it('is throttled for an account, also after a restart, but not on the own device', async () => {
    const { email, person: made } = await member()
    const before = await alerts('sign-in-throttled')
    const stranger = person()
    const codes = []
    for (let attempt = 0; attempt < 12; attempt++) codes.push(await codeOf(stranger.signIn(email, 'wrong password')))
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 'sign_in_failed'), 'sign_in_throttled', 'sign_in_throttled'])
    expect(await alerts('sign-in-throttled')).toBe(before + 1)
    const { port } = await api.startReplica()
    const elsewhere = makePerson(api, stranger.computer, port)
    people.push(elsewhere)
    expect(await codeOf(elsewhere.signIn(email))).toBe('sign_in_throttled')
    expect(await codeOf(made.signIn(email))).toBe('accepted')
    api.advance(16 * 60_000)
    expect(await codeOf(stranger.signIn(email, 'wrong password'))).toBe('sign_in_failed')
    api.advance(-16 * 60_000)
  })

  it('on a new device waits for approval, then works', async () => {
    const { email } = await member()
    const other = person()
    expect(await codeOf(other.signIn(email))).toBe('device_not_approved')
    expect(await codeOf(other.signIn(email))).toBe('device_not_approved')
    const { items } = await owner.client.call('listDevices', {})
    const [pending] = items.filter((device) => device.status === 'pending')
    await owner.client.call('approveDevice', { parameters: { device: pending!.id } })
    expect(await codeOf(other.signIn(email))).toBe('accepted')
    await owner.client.call('revokeDevice', { parameters: { device: pending!.id } })
    expect(await codeOf(other.client.call('getMe'))).toBe('device_revoked')
    expect(await codeOf(other.signIn(email))).toBe('device_revoked')
  })
})

describe('a session', () => {
  it('ends after its lifetime and when nobody uses it', async () => {
    const { person: made, email } = await member()
    await later(2 * 3_600_000 + 60_000, async () => {
      expect(await codeOf(made.client.call('getMe'))).toBe('session_expired')
    })
    await made.signIn(email)
    await later(0, async () => {
      for (let hours = 0; hours < 11; hours++) {
        api.advance(3_600_000)
        expect(await codeOf(made.client.call('getMe'))).toBe('accepted')
      }
      api.advance(3_660_000)
      expect(await codeOf(made.client.call('getMe'))).toBe('session_expired')
      api.advance(-12 * 3_600_000 - 60_000)
    })
  })

  it('renews with its own key only', async () => {
    const { person: made } = await member()
    const before = made.computer.deviceState!
    const material = await made.renew()
    expect(material.deviceState.counter).toBe(before.counter + 1)
    const csr = toBase64url(await makeRequest(makeSigner()))
    const body = { csr, fingerprint: made.computer.fingerprint, deviceState: material.deviceState }
    expect(await codeOf(made.client.call('renewSession', { body }))).toBe('invalid_request')
  })

  it('ends with the password, except the one that changed it', async () => {
    const { person: made, email } = await member()
    const second = person(made.computer)
    await second.signIn(email)
    await second.client.call('changePassword', { body: { current: PASSWORD, next: 'another long password' } })
    expect(await codeOf(second.client.call('getMe'))).toBe('accepted')
    expect(await codeOf(made.client.call('getMe'))).toBe('session_revoked')
    expect(
      await codeOf(second.client.call('changePassword', { body: { current: PASSWORD, next: 'yet another password' } })),
    ).toBe('sign_in_failed')
  })

  it('ends at sign-out, at revocation, and with its user', async () => {
    const { person: made, email, id } = await member()
    await made.client.call('endSession')
    expect(await codeOf(made.client.call('getMe'))).toBe('session_unknown')
    const { material } = await made.signIn(email)
    await owner.client.call('revokeSession', { parameters: { session: material.session.id } })
    expect(await codeOf(made.client.call('getMe'))).toBe('session_revoked')
    await made.signIn(email)
    await owner.client.call('changeUser', { parameters: { user: id }, body: { status: 'disabled' } })
    expect(await codeOf(made.client.call('getMe'))).toBe('user_disabled')
    expect(await codeOf(made.signIn(email))).toBe('user_disabled')
    expect(await codeOf(made.signIn(email, 'wrong password'))).toBe('sign_in_failed')
    await owner.client.call('deleteUser', { parameters: { user: id } })
    expect(await codeOf(made.signIn(email))).toBe('sign_in_failed')
  })
})

describe('a copy of a device', () => {
  it('shows itself at its next renewal: both are cut, and the password begins anew', async () => {
    const { person: made, email } = await member()
    const before = await alerts('device-cloned')
    const copied = structuredClone({ state: made.computer.deviceState })
    await made.renew()
    await made.renew()
    const clone = person({ ...made.computer, deviceState: copied.state })
    // The clone has everything: keys, session, state.
    const { client } = { client: made.client }
    const csr = toBase64url(await makeRequest(made.signers()[1]!.signer as Parameters<typeof makeRequest>[0]))
    const body = { csr, fingerprint: made.computer.fingerprint, deviceState: copied.state! }
    expect(await codeOf(client.call('renewSession', { body }))).toBe('device_state_stale')
    expect(await codeOf(made.client.call('getMe'))).toBe('device_state_stale')
    expect(await alerts('device-cloned')).toBe(before + 1)
    // Without the password the clone stays out; the owner of the password is back, and the clone's state is unknown.
    expect(await codeOf(made.signIn(email))).toBe('accepted')
    expect(await codeOf(clone.signIn(email, 'wrong password'))).toBe('sign_in_failed')
  })

  it('is told from a lost answer: the state before is good until the new one was used', async () => {
    const { person: made } = await member()
    const known = made.computer.deviceState
    await made.renew()
    made.computer.deviceState = known
    expect(await codeOf(made.renew())).toBe('accepted')
    await made.renew()
    made.computer.deviceState = known
    expect(await codeOf(made.renew())).toBe('device_state_stale')
  })
})

describe('an alert', () => {
  it('is open until somebody who may acknowledges it, once, which is written down', async () => {
    const { person: made } = await member()
    const { device } = await made.client.call('getMe')
    const about = async (state: 'open' | 'acknowledged') =>
      (await owner.client.call('listAlerts', { query: { device: device.id, state } })).items
    const [alert] = await about('open')
    expect(alert).toMatchObject({ kind: 'new-device', acknowledged: null })
    const parameters = { alert: alert!.id }
    expect(await codeOf(made.client.call('acknowledgeAlert', { parameters }))).toBe('forbidden')

    const before = new Date()
    const { acknowledged } = await owner.client.call('acknowledgeAlert', { parameters })
    expect(Date.parse(acknowledged!.at)).toBeGreaterThanOrEqual(before.getTime())
    // The jobs may have written of the future that other tests looked at.
    const told = (await auditSince(before)).filter((type) => type.startsWith('alert.'))
    expect(told).toEqual(['alert.acknowledged'])
    expect(await about('open')).toEqual([])
    expect(await about('acknowledged')).toEqual([{ ...alert, acknowledged }])
    expect(await codeOf(owner.client.call('acknowledgeAlert', { parameters }))).toBe('conflict')
    expect(await codeOf(owner.client.call('acknowledgeAlert', { parameters: { alert: device.id } }))).toBe('not_found')
  })
})

describe('the machine', () => {
  it('may change one part, which is recorded', async () => {
    const { person: made } = await member()
    const before = new Date(api.clock())
    made.computer.fingerprint = { ...made.computer.fingerprint, disk: toBase64url(new Uint8Array(32).fill(1)) }
    await made.renew()
    await expect.poll(() => auditSince(before)).toEqual(expect.arrayContaining(['device.drifted', 'session.renewed']))
    expect(await codeOf(made.renew())).toBe('accepted')
  })

  it('is another one when three changed: the sessions end and the device waits', async () => {
    const { person: made, email } = await member()
    made.computer.fingerprint = { ...makeComputer().fingerprint, system: made.computer.fingerprint.system! }
    expect(await codeOf(made.renew())).toBe('fingerprint_changed')
    expect(await codeOf(made.client.call('getMe'))).toMatch(/fingerprint_changed|device_not_approved/)
    expect(await codeOf(made.signIn(email))).toBe('device_not_approved')
    expect(await alerts('fingerprint-changed')).toBeGreaterThan(0)
  })
})

describe('the last owner', () => {
  it('can be neither disabled nor deleted', async () => {
    const { user } = await owner.client.call('getMe')
    const parameters = { user: user.id }
    expect(await codeOf(owner.client.call('changeUser', { parameters, body: { status: 'disabled' } }))).toBe('conflict')
    expect(await codeOf(owner.client.call('deleteUser', { parameters }))).toBe('in_use')
  })
})

describe('what is kept', () => {
  beforeEach(() => member())

  it('holds neither passwords nor codes nor device states in clear', async () => {
    const { organization, database } = api
    const state = owner.computer.deviceState!.value
    const rows = await withOrganization(database.pools.api, organization.id, async (transaction) => {
      const tables = ['users', 'devices', 'sessions', 'invitations', 'sign_in_attempts'] as const
      const texts = []
      for (const table of tables) {
        const { rows: found } = await sql<{ text: string }>`select t::text as text from ${sql.table(table)} t`.execute(
          transaction,
        )
        texts.push(...found.map((row) => row.text))
      }
      return texts.join('\n')
    })
    expect(rows).toContain('$argon2id$')
    for (const secret of [PASSWORD, api.invitation.code, state, Buffer.from(state, 'base64url').toString('hex')]) {
      expect(rows).not.toContain(secret)
    }
    expect(rows).not.toContain(ownerEmail.toUpperCase())
  })
})
