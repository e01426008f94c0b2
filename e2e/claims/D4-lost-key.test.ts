/**
 * D4. Device keys can be lost without locking a person out: re-enrolment with approval. Drift of single fingerprint parts does not
 * lock out; a different machine does.
 *
 * The attacker knows a password and has a computer of their own, or put the key of a device onto another machine; and tries to
 * come in by the way that is there for those who lost theirs.
 */
import { randomBytes } from 'node:crypto'
import { toBase64url } from '@sallyport/protocol'
import type { Fingerprint } from '@sallyport/protocol/api'
import { Central, fillPage, openPage, sendForm, type ShownPage } from '@sallyport/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addNewcomer } from '../support/newcomer.ts'
import type { RawAnswer } from '../support/raw-call.ts'
import { beginSignIn, type BegunSignIn, codeIn, finishSignIn } from '../support/raw-browser.ts'
import { newFingerprint, RawClient } from '../support/raw-client.ts'
import { newKey } from '../support/raw-key.ts'

let central: Central
let owner: RawClient
const clients: RawClient[] = []

beforeAll(async () => {
  central = await Central.start()
  owner = await RawClient.enrol(central.invitation)
})
afterAll(async () => {
  for (const client of [owner, ...clients]) client?.close()
  await central?.stop()
})

let count = 0
const somebody = async (): Promise<{ readonly person: RawClient; readonly email: string }> => {
  const name = `person${(count += 1)}`
  const person = await addNewcomer(owner, name)
  clients.push(person)
  return { person, email: `${name}@acme.example` }
}

const changed = (fingerprint: Fingerprint, parts: number): Fingerprint => ({
  ...fingerprint,
  ...Object.fromEntries(
    Object.keys(fingerprint)
      .slice(0, parts)
      .map((part) => [part, toBase64url(randomBytes(32))]),
  ),
})
const alertsAbout = async (person: RawClient): Promise<string[]> => {
  const { items } = await owner.call('listAlerts', { query: { limit: 500 } })
  return items.filter(({ user }) => user === person.user).map(({ kind }) => kind)
}
const devicesOf = async (person: RawClient) => {
  const { items } = await owner.call('listDevices', { query: { limit: 500 } })
  return items.filter(({ user }) => user === person.user)
}

describe('the fingerprint of a device', () => {
  it('may change in one part: the session goes on, and the next change is compared with the new one', async () => {
    const { person, email } = await somebody()
    const once = changed(person.fingerprint, 1)
    await person.renew({ fingerprint: once })
    const drifted = { ...once, disk: toBase64url(randomBytes(32)) }
    await person.signIn(email, { fingerprint: drifted })
    expect(await person.attempt('getMe')).toMatchObject({ code: null })
    const { items } = await owner.call('listAuditEntries', { query: { limit: 100 } })
    const entries = items.map(({ entry }) => entry as { type: string; subject: { id: string } | null })
    expect(entries.filter(({ type, subject }) => type === 'device.drifted' && subject?.id === person.device)).toHaveLength(2)
  })

  it('may not change in three: sessions end, and neither terminal nor page lets the machine in before an approval', async () => {
    const { person, email } = await somebody()
    const other = changed(person.fingerprint, 3)
    await expect(person.renew({ fingerprint: other })).rejects.toMatchObject({ code: 'fingerprint_changed' })
    expect((await person.attempt('getMe')).code).toMatch(/^(device_not_approved|fingerprint_changed)$/)
    await expect(person.signIn(email, { fingerprint: other })).rejects.toMatchObject({ code: 'device_not_approved' })
    const begun = await beginSignIn(person)
    const code = codeIn(await fillPage(begun.url, { email, password: person.password }))
    expect(await finishSignIn(person, begun, { code, fingerprint: other })).toMatchObject({ code: 'device_not_approved' })
    expect(await alertsAbout(person)).toContain('fingerprint-changed')

    await owner.call('approveDevice', { parameters: { device: person.device } })
    await person.signIn(email, { fingerprint: other })
    expect(await person.attempt('getMe')).toMatchObject({ code: null })
  })
})

/** Signs in on the page of a computer with a new key, up to the question whose place it takes. */
const onNewComputer = async (person: RawClient, email: string) => {
  const begun = await beginSignIn(person, { device: newKey() })
  const asked = await sendForm(await openPage(begun.url), begun.url, { email, password: person.password })
  return { begun, asked, fingerprint: newFingerprint() }
}
type Asked = Awaited<ReturnType<typeof onNewComputer>>

const answer = async ({ begun, asked }: Asked, typed: Readonly<Record<string, string>>): Promise<ShownPage> =>
  sendForm(asked, begun.url, typed)
const exchange = (person: RawClient, { begun, fingerprint }: Asked, shown: ShownPage): Promise<RawAnswer> =>
  finishSignIn(person, begun as BegunSignIn, { code: codeIn(shown.location ?? ''), fingerprint })

describe('a lost device key', () => {
  it('is replaced: the old device is cut at once, the new one waits until an administrator, present, approves it', async () => {
    const { person, email } = await somebody()
    const lost = person.device
    const computer = await onNewComputer(person, email)
    expect(computer.asked).toMatchObject({ status: 200, location: null })
    expect(await exchange(person, computer, await answer(computer, { replaces: lost }))).toMatchObject({
      code: 'device_not_approved',
    })
    expect((await person.attempt('getMe')).code).toBe('device_revoked')
    expect(await alertsAbout(person)).toEqual(expect.arrayContaining(['device-replaced', 'new-device']))
    const devices = await devicesOf(person)
    expect(devices.find(({ id }) => id === lost)).toMatchObject({ status: 'revoked' })
    const waiting = devices.find(({ status }) => status === 'pending')!

    // Signing in again and again does not let it in.
    const { device } = computer.begun.keys
    const again = async (): Promise<RawAnswer> => {
      const begun = await beginSignIn(person, { device })
      const location = await fillPage(begun.url, { email, password: person.password })
      return finishSignIn(person, begun, { code: codeIn(location), fingerprint: computer.fingerprint })
    }
    expect(await again()).toMatchObject({ code: 'device_not_approved' })
    const approval = { parameters: { device: waiting.id } }
    expect(await owner.attempt('approveDevice', approval)).toMatchObject({ code: 'presence_required' })
    await owner.call('approveDevice', approval)
    expect(await again()).toMatchObject({ code: null })
  })

  it('gives nobody the place of a device that is not theirs', async () => {
    const [{ person, email }, { person: victim }] = [await somebody(), await somebody()]
    const computer = await onNewComputer(person, email)
    expect(computer.asked.text).not.toContain(victim.device)
    expect(await answer(computer, { replaces: victim.device })).toMatchObject({ status: 410, location: null })
    expect(await victim.attempt('getMe')).toMatchObject({ code: null })
    // The second page is worth nothing without what only the first one, with the password, was answered with.
    const guessed = await sendForm(computer.asked, computer.begun.url, { step: randomBytes(32).toString('base64url') })
    expect(guessed).toMatchObject({ status: 410, location: null })
  })
})

describe('a sole administrator', () => {
  it('lets a new computer in with a printed code, once, and everybody can see that', async () => {
    const { codes } = await owner.call('createRecoveryCodes')
    expect(new Set(codes).size).toBe(10)
    const lost = owner.device
    const computer = await onNewComputer(owner, 'owner@acme.example')
    const wrong = await answer(computer, { replaces: lost, recoveryCode: '0'.repeat(26) })
    expect(wrong).toMatchObject({ status: 422, location: null })
    expect(await owner.attempt('getMe')).toMatchObject({ code: null })

    // As it is typed from paper.
    const typed = codes[0]!.toLowerCase().replaceAll('-', ' ')
    const done = await exchange(
      owner,
      computer,
      await answer({ ...computer, asked: wrong }, { replaces: lost, recoveryCode: typed }),
    )
    expect(done).toMatchObject({ code: null })
    expect((await owner.attempt('getMe')).code).toBe('device_revoked')

    const material = done.json as RawClient['material']
    const recovered = owner.clone(computer.begun.keys)
    recovered.material = material
    clients.push(recovered)
    expect(await recovered.call('getRecoveryCodes')).toMatchObject({ left: 9 })
    const { items } = await recovered.call('listAlerts', { query: { limit: 500 } })
    expect(items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['recovery-code-used', 'device-replaced']))

    const second = await onNewComputer(recovered, 'owner@acme.example')
    expect(await answer(second, { replaces: recovered.device, recoveryCode: typed })).toMatchObject({
      status: 422,
      location: null,
    })
    expect(await recovered.attempt('getMe')).toMatchObject({ code: null })
  })
})
