/**
 * D1. Using a session from any other device ends every connection of that session and forces a new sign-in.
 *
 * While a person works, an attacker uses what belongs to that person's session somewhere else. The attacker holds, in turn: the
 * session's private key and certificate, but no device key; the profile folder without the keychain; the profile folder and what
 * the keychain held, on another machine; the same on a perfect copy of the machine; the fingerprint values that the API keeps;
 * and only the ids of session and device. Wherever a key was used that left its device both sides must be cut and must sign in
 * again, the log must tell it, and an alert must be raised. Whoever proves nothing must not be able to cut anybody.
 */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { GatewayEntry, StreamHead } from '@sallyport/protocol'
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { type Agent, type Person, startAgent, Testbed } from '@sallyport/testbed'
import { runProgram, type SecretService, secretService, secretServiceSkipReason, waitFor } from '@sallyport/testkit'
import type { MuxSession } from '@sallyport/transport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPsql } from '../support/open-psql.ts'
import { otherMachine, otherMachineSkipReason } from '../support/other-machine.ts'
import { takeOwnPorts } from '../support/own-ports.ts'
import { RawClient } from '../support/raw-client.ts'
import { newKey } from '../support/raw-key.ts'
import { type OpenedStream, openStream, queryPostgres, refusalOf, startPostgres } from '../support/raw-stream.ts'

const noKeychain = secretServiceSkipReason()
const noOtherMachine = await otherMachineSkipReason()
const because = (reason: string | null): string => (reason === null ? '' : ` (${reason})`)

let testbed: Testbed
let keychain: SecretService | null = null
const clients: RawClient[] = []
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  ;[testbed, keychain] = await Promise.all([Testbed.start(), noKeychain === null ? secretService() : null])
})
afterAll(async () => {
  for (const client of clients) client.close()
  for (const stop of stops.reverse()) await stop()
  await testbed.stop()
  await keychain?.stop()
})

type Alert = ResponseOf<RouteOf<'listAlerts'>>['items'][number]

const alertsAbout = async (device: string, kind: Alert['kind']): Promise<Alert[]> => {
  const { items } = await testbed.owner.agent.api('listAlerts', { query: { limit: 500 } })
  return items.filter((alert) => alert.device === device && alert.kind === kind)
}

/** The log tells of the alert with the entry that raised it. */
const expectAlarm = async (device: string, kind: Alert['kind']): Promise<void> => {
  const alerts = await alertsAbout(device, kind)
  expect(alerts).toHaveLength(1)
  const { items } = await testbed.owner.agent.api('listAuditEntries', { query: { type: 'alert.raised', limit: 500 } })
  expect(items.map(({ entry }) => entry)).toContainEqual(
    expect.objectContaining({
      subject: { kind: 'alert', id: alerts[0]!.id },
      details: expect.objectContaining({ kind, device }),
    }),
  )
}

const sessionStatus = async (session: string): Promise<string | undefined> => {
  const { items } = await testbed.owner.agent.api('listSessions', { query: { limit: 500 } })
  return items.find(({ id }) => id === session)?.status
}

interface Working {
  readonly client: RawClient
  readonly email: string
  readonly gateway: GatewayEntry
  readonly mux: MuxSession
  readonly stream: OpenedStream['stream']
}

const enrolClient = async (name: string): Promise<{ client: RawClient; email: string }> => {
  const { email, invitation } = await testbed.invite(name, { roles: ['shop: everything'] })
  const client = await RawClient.enrol(invitation)
  clients.push(client)
  return { client, email }
}

const ticketHead = async (client: RawClient, gateway: GatewayEntry, credential = 'read-only'): Promise<StreamHead> => {
  const target = { gateway: gateway.id, credential: testbed.database.credentials[credential]! }
  const { text, share } = await client.makeTicket(target)
  return { type: 'open', ticket: text, share, caller: null }
}

/** Somebody with an open connection to the database, whose keys the test holds. */
const work = async (client: RawClient, email: string): Promise<Working> => {
  const gateway = await client.gateway()
  const mux = await client.dialGateway(gateway)
  const { stream, answer } = await openStream(mux, await ticketHead(client, gateway))
  expect(refusalOf(answer)).toBeNull()
  await startPostgres(stream, testbed.shop.database)
  expect(await queryPostgres(stream, 'select current_user')).toBe(testbed.shop.users.readonly.name)
  return { client, email, gateway, mux, stream }
}

const someoneWorking = async (name: string): Promise<Working> => {
  const { client, email } = await enrolClient(name)
  return work(client, email)
}

/** The connection is closed, the session refused everywhere, and a new sign-in is what helps. */
const expectCutOff = async (victim: Working, code: string): Promise<void> => {
  await waitFor(() => victim.stream.destroyed || victim.stream.readableEnded, { description: 'the connection to be closed' })
  await waitFor(() => victim.mux.isClosed, { description: 'the tunnel to be closed' })
  expect((await victim.client.attempt('getMe')).code).toBe(code)
  await expect(victim.client.dialGateway(victim.gateway)).rejects.toMatchObject({ code: 'refused', refusal: { code } })
}

const expectUnharmed = async (victim: Working): Promise<void> => {
  expect(await queryPostgres(victim.stream, 'select 1')).toBe('1')
  expect((await victim.client.attempt('getMe')).code).toBeNull()
  expect(await sessionStatus(victim.client.session)).toBe('active')
}

/** Who stole the session's key and certificate, and has made up a device key. */
const thiefOf = (victim: RawClient): RawClient => victim.clone({ device: newKey() })

describe('the session key without its device', () => {
  test('at a gateway: both are cut, and only the person can sign in again', async () => {
    const victim = await someoneWorking('gateway-victim')
    const thief = thiefOf(victim.client)
    const mux = await thief.dialGateway(victim.gateway)
    const { answer } = await openStream(mux, await ticketHead(thief, victim.gateway))
    expect(refusalOf(answer)).toBe('device_mismatch')

    await expectCutOff(victim, 'device_mismatch')
    await waitFor(() => mux.isClosed, { description: 'the thief to be cut' })
    await expectAlarm(victim.client.device, 'device-mismatch')
    expect(await sessionStatus(victim.client.session)).toBe('revoked')

    await victim.client.signIn(victim.email)
    await expectUnharmed(await work(victim.client, victim.email))
    expect((await thief.attempt('getMe')).code).toBe('device_mismatch')
  })

  test('to renew a lease: both are cut', async () => {
    const victim = await someoneWorking('renewal-victim')
    const thief = thiefOf(victim.client)
    const mux = await thief.dialGateway(victim.gateway)
    const { items } = await testbed.owner.agent.api('listLeases', { query: { limit: 500 } })
    const leases = items.filter(({ session }) => session === victim.client.session).map(({ id }) => id)
    expect(leases).toHaveLength(1)
    const renewal = await thief.makeLeaseRenewal({ gateway: victim.gateway.id, leases })
    const { answer } = await openStream(mux, { type: 'renew', renewal })
    expect(refusalOf(answer)).toBe('device_mismatch')
    await expectCutOff(victim, 'device_mismatch')
    await expectAlarm(victim.client.device, 'device-mismatch')
  })

  test('at the API, with a device key of its own making: both are cut', async () => {
    const victim = await someoneWorking('api-victim')
    const thief = thiefOf(victim.client)
    expect((await thief.attempt('getMe')).code).toBe('device_mismatch')
    await expectCutOff(victim, 'device_mismatch')
    await expectAlarm(victim.client.device, 'device-mismatch')
  })

  test('at the API, together with the device of somebody else: both are cut', async () => {
    const victim = await someoneWorking('colleague-victim')
    const { client: colleague } = await enrolClient('colleague')
    const thief = victim.client.clone({ device: colleague.keys.device })
    expect((await thief.attempt('getMe')).code).toBe('device_mismatch')
    await expectCutOff(victim, 'device_mismatch')
    await expectAlarm(victim.client.device, 'device-mismatch')
    expect((await colleague.attempt('getMe')).code).toBeNull()
  })
})

describe('who proves nothing', () => {
  test('cuts nobody: not by naming ids, nor by garbling what the victim signed', async () => {
    const victim = await someoneWorking('named-victim')
    const { client: stranger } = await enrolClient('stranger')
    const mux = await stranger.dialGateway(victim.gateway)
    const { device, session, deviceState } = victim.client
    const credential = testbed.database.credentials['read-only']!
    const target = { gateway: victim.gateway.id, credential }
    const attempts: [string, string, string][] = []
    for (const parts of [{ session }, { device }, { session, device, deviceState }]) {
      const { text, share } = await stranger.makeTicket(target, parts)
      const { answer } = await openStream(mux, { type: 'open', ticket: text, share, caller: null })
      attempts.push([Object.keys(parts).join(), text, String(refusalOf(answer))])
    }
    expect(attempts.map(([, , code]) => code)).toEqual(['identity_mismatch', 'session_unknown', 'identity_mismatch'])

    // What the victim signed, seen by the stranger: another device signature in it, or another session signature.
    const { text, share } = await victim.client.makeTicket(target)
    const [payload, first, second] = text.split('.')
    const { text: own } = await stranger.makeTicket(target)
    const [, ownFirst, ownSecond] = own.split('.')
    for (const garbled of [`${payload}.${ownFirst}.${second}`, `${payload}.${first}.${ownSecond}`]) {
      const { answer } = await openStream(mux, { type: 'open', ticket: garbled, share, caller: null })
      expect(refusalOf(answer)).toBe('ticket_invalid')
      // The same through the victim's own connection, as if a copy of it was altered on its way.
      const { answer: same } = await openStream(victim.mux, { type: 'open', ticket: garbled, share, caller: null })
      expect(refusalOf(same)).toBe('ticket_invalid')
    }

    const call = await victim.client.sign('getMe')
    const other = await stranger.sign('getMe')
    const signatures = { victim: call.fields['signature']!.split(', '), stranger: other.fields['signature']!.split(', ') }
    for (const signature of [
      `${signatures.stranger[0]}, ${signatures.victim[1]}`,
      `${signatures.victim[0]}, ${signatures.stranger[1]}`,
    ]) {
      expect((await stranger.sendRaw({ ...call, fields: { ...call.fields, signature } })).code).toBe('signature_invalid')
    }
    // Also of a call that never arrived, so that its nonce is not spent, and where only the device's part is altered.
    const lost = await victim.client.sign('getMe')
    const input = lost.fields['signature-input']!.replace(/^(device=.*?created=)\d/, '$10')
    expect(input).not.toBe(lost.fields['signature-input'])
    expect((await stranger.sendRaw({ ...lost, fields: { ...lost.fields, 'signature-input': input } })).code).toBe(
      'signature_invalid',
    )
    // The victim's keys are named, and the stranger's sign.
    const pretend = (key: RawClient['keys']['device'], theirs: RawClient['keys']['device']) => ({
      ...key,
      signer: { ...key.signer, publicKey: theirs.publicKey },
    })
    const impostor = victim.client.clone({
      device: pretend(stranger.keys.device, victim.client.keys.device),
      session: pretend(stranger.keys.session, victim.client.keys.session),
    })
    expect((await impostor.attempt('endSession')).code).toBe('signature_invalid')

    await expectUnharmed(victim)
    expect(await alertsAbout(device, 'device-mismatch')).toEqual([])
    expect(await alertsAbout(device, 'device-cloned')).toEqual([])
  })

  test('recorded fingerprint values without the device key are no device', async () => {
    const victim = await someoneWorking('fingerprint-victim')
    // Everything the API keeps of the device, and the password: all but the key.
    const copy = victim.client.clone({ device: newKey(), session: newKey() })
    await expect(copy.signIn(victim.email)).rejects.toMatchObject({ code: 'device_not_approved' })
    await expectUnharmed(victim)
    const { items } = await testbed.owner.agent.api('listDevices', { query: { limit: 500 } })
    const known = items.find(({ id }) => id === victim.client.device)
    expect(known?.status).toBe('active')
    expect(items.filter(({ user, status }) => user === victim.client.user && status === 'pending')).toHaveLength(1)
  })
})

describe('a perfect copy, of which all keys are known', () => {
  test('shows itself at the renewal of whichever comes second', async () => {
    const victim = await someoneWorking('renewing-victim')
    const copy = victim.client.clone()
    const copied = await work(copy, victim.email)
    await copy.renew()
    // The answer to the first renewal might have been lost, so that one more by the old state is no proof yet.
    await copy.renew()
    await expect(victim.client.renew()).rejects.toMatchObject({ code: 'device_state_stale' })
    await expectCutOff(victim, 'device_state_stale')
    await expectCutOff(copied, 'device_state_stale')
    await expectAlarm(victim.client.device, 'device-cloned')
    await victim.client.signIn(victim.email)
    await expectUnharmed(await work(victim.client, victim.email))
    expect((await copy.attempt('getMe')).code).toBe('device_state_stale')
  })

  test('also if it renewed before the first did, whose answer could have been lost', async () => {
    const { client: victim } = await enrolClient('racing-victim')
    const copy = victim.clone()
    await copy.renew()
    await victim.renew()
    await expect(copy.renew()).rejects.toMatchObject({ code: 'device_state_stale' })
    expect((await victim.attempt('getMe')).code).toBe('device_state_stale')
    await expectAlarm(victim.device, 'device-cloned')
  })

  test('at a gateway that saw the newer state already', async () => {
    const victim = await someoneWorking('stale-ticket-victim')
    const copy = victim.client.clone()
    await copy.renew()
    const copied = await work(copy, victim.email)
    const { answer } = await openStream(victim.mux, await ticketHead(victim.client, victim.gateway, 'read-write'))
    expect(refusalOf(answer)).toBe('device_state_stale')
    await expectCutOff(victim, 'device_state_stale')
    await expectCutOff(copied, 'device_state_stale')
    await expectAlarm(victim.client.device, 'device-cloned')
  })
})

describe('the profile folder', () => {
  const copyProfile = async (person: Person, name: string): Promise<string> => {
    const copy = join(testbed.directory, name)
    await cp(person.agent.profile, copy, { recursive: true })
    return copy
  }
  const environmentOf = (service: SecretService): Record<string, string> =>
    Object.fromEntries(Object.entries(service.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
  const employ = async (name: string): Promise<Person> => {
    const person = await testbed.addPerson(name, {
      roles: ['shop: everything'],
      keychain: true,
      env: environmentOf(keychain!),
    })
    await takeOwnPorts(person.agent)
    return person
  }
  const begin = async (profile: string, within: readonly string[] = []): Promise<Agent> => {
    const agent = await startAgent({ profile, env: environmentOf(keychain!), within, name: `copy ${profile}` })
    stops.push(() => agent.stop())
    return agent
  }
  const endedWith = (agent: Agent, code: string) =>
    waitFor(
      async () => {
        const { state, ended } = await agent.local.call('status', {})
        return state === 'signed-out' && ended?.code === code
      },
      { description: `the agent to be signed out with ${code}` },
    )

  test.skipIf(noKeychain !== null)(`opens nothing without its keychain${because(noKeychain)}`, async () => {
    const person = await employ('keychain-victim')
    const psql = await openPsql(await person.agent.url('shop-db/read-only'))
    const copy = await copyProfile(person, 'copy-without-keychain')
    const other = await secretService()
    try {
      await expect(startAgent({ profile: copy, env: environmentOf(other) })).rejects.toThrow(/profile_unreadable/)
      expect(psql.isOpen).toBe(true)
    } finally {
      await other.stop()
      await psql.stop()
    }
  })

  test.skipIf((noKeychain ?? noOtherMachine) !== null)(
    `with its keychain on another machine: both are cut, and the device waits for approval${because(noKeychain ?? noOtherMachine)}`,
    async () => {
      const person = await employ('moved-victim')
      const psql = await openPsql(await person.agent.url('shop-db/read-only'))
      const copy = await copyProfile(person, 'copy-moved')
      const moved = await begin(copy, await otherMachine(join(testbed.directory, 'elsewhere'), 'system id and release'))
      await endedWith(moved, 'fingerprint_changed')
      await endedWith(person.agent, 'fingerprint_changed')
      expect(await psql.ended).toMatch(/terminating connection|server closed|This is not the computer/i)
      const { device } = await person.agent.local.call('status', {})
      await expectAlarm(device!, 'fingerprint-changed')

      const signIn = (agent: Agent) => agent.local.call('signIn', { email: person.email, password: person.password })
      await expect(signIn(person.agent)).rejects.toMatchObject({ code: 'device_not_approved' })
      await testbed.owner.agent.api('approveDevice', { parameters: { device: device! } })
      // The thief does not know the password, and the approval was for the machine of whoever did.
      await signIn(person.agent)
      const again = await openPsql(await person.agent.url('shop-db/read-only'))
      await again.stop()
      expect((await moved.local.call('status', {})).state).toBe('signed-out')
    },
  )

  test.skipIf(noKeychain !== null)(
    `with its keychain on a perfect copy of the machine: both are cut${because(noKeychain)}`,
    async () => {
      const person = await employ('cloned-victim')
      const psql = await openPsql(await person.agent.url('shop-db/read-only'))
      const clone = await begin(await copyProfile(person, 'copy-perfect'))
      await takeOwnPorts(clone)
      const stolen = await openPsql(await clone.url('shop-db/read-only'))
      expect(stolen.user).toBe(psql.user)

      // The first message of the original since.
      const { stderr } = await runProgram({
        command: 'psql',
        args: ['--no-psqlrc', '--command=select 1', await person.agent.url('shop-db/read-write')],
        env: { PATH: process.env['PATH'] },
      })
      expect(stderr).toContain('A copy of this device was seen')
      await Promise.all([psql.ended, stolen.ended])
      await endedWith(person.agent, 'device_state_stale')
      await endedWith(clone, 'device_state_stale')
      const { device } = await person.agent.local.call('status', {})
      await expectAlarm(device!, 'device-cloned')

      await person.agent.local.call('signIn', { email: person.email, password: person.password })
      const again = await openPsql(await person.agent.url('shop-db/read-only'))
      await again.stop()
      expect((await clone.local.call('status', {})).state).toBe('signed-out')
    },
  )
})
