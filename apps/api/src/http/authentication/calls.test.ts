import { randomBytes } from 'node:crypto'
import { signCall, type Signer, toBase64url, utf8 } from '@sallyport/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest, ownerOf } from '../../testing/api-under-test.ts'
import { makeSigner } from '../../testing/make-signer.ts'
import { codeOf, makePerson, type Person, sendRaw } from '../../testing/person.ts'

let api: ApiUnderTest
let owner: Person
beforeAll(async () => {
  api = await apiUnderTest()
  owner = makePerson(api)
  await owner.accept(api.invitation.code)
})
afterAll(async () => {
  owner.close()
  await api.stop()
})

const changed = (text: string): string => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`)

describe('a call signed by device and session', () => {
  it('is accepted and says who called', async () => {
    const me = await owner.client.call('getMe')
    expect(me.user).toMatchObject({ email: ownerOf('acme').email, status: 'active' })
    expect(me.user.roles.map((role) => role.name)).toEqual(['owner'])
    expect(me.permissions).toContain('settings.write')
  })

  it('is refused without either signature, or without any', async () => {
    const call = await owner.sign({ path: '/v1/me' })
    const labels = (field: string): string[] => call.fields[field]!.split(/, (?=(?:device|session)=)/)
    for (const [index, label] of ['device', 'session'].entries()) {
      const fields = {
        ...call.fields,
        'signature-input': labels('signature-input')[index]!,
        'signature': labels('signature')[index]!,
      }
      expect(await sendRaw(owner, { ...call, fields }), `only ${label}`).toBe('signature_invalid')
    }
    const { 'signature': _, 'signature-input': __, ...unsigned } = call.fields
    expect(await sendRaw(owner, { ...call, fields: unsigned })).toBe('signature_missing')
    // Nothing of this spent the nonce.
    expect(await sendRaw(owner, call)).toBe('accepted')
  })

  it('is refused when anything of it was changed', async () => {
    const body = utf8(JSON.stringify({ leaseLifetime: 600 }))
    const signed = () =>
      owner.sign({ path: '/v1/settings', method: 'PATCH', body, fields: { 'content-type': 'application/json' } })
    const attacks = {
      method: async () => ({ ...(await signed()), method: 'PUT' }),
      path: async () => ({ ...(await owner.sign({ path: '/v1/users' })), targetUri: `${api.origin}/v1/devices` }),
      query: async () => {
        const call = await owner.sign({ path: '/v1/users?limit=1' })
        return { ...call, targetUri: call.targetUri.replace('limit=1', 'limit=2') }
      },
      body: async () => ({ ...(await signed()), body: utf8(JSON.stringify({ leaseLifetime: 601 })) }),
      digest: async () => {
        const call = await signed()
        return { ...call, fields: { ...call.fields, 'content-digest': call.fields['content-digest']!.replace(/:./, ':A') } }
      },
      nonce: async () => {
        const call = await signed()
        const input = call.fields['signature-input']!.replaceAll(/nonce="[^"]+"/g, `nonce="${toBase64url(randomBytes(16))}"`)
        return { ...call, fields: { ...call.fields, 'signature-input': input } }
      },
      signature: async () => {
        const call = await signed()
        return {
          ...call,
          fields: { ...call.fields, signature: call.fields['signature']!.replace(/:(.)/, (_, one) => `:${changed(one)}`) },
        }
      },
    }
    for (const [name, attack] of Object.entries(attacks)) {
      expect(await sendRaw(owner, await attack()), name).toMatch(/^(signature_invalid|not_found)$/)
    }
    expect((await owner.client.call('getSettings')).settings.leaseLifetime).toBe(300)
  })

  it('is refused when its two signatures come from two calls', async () => {
    const [one, other] = [await owner.sign({ path: '/v1/me' }), await owner.sign({ path: '/v1/me' })]
    const partsOf = (text: string): [string, string] => text.split(/, (?=session=)/) as [string, string]
    const splice = (field: string): string => `${partsOf(one.fields[field]!)[0]}, ${partsOf(other.fields[field]!)[1]}`
    const fields = { ...one.fields, 'signature': splice('signature'), 'signature-input': splice('signature-input') }
    expect(await sendRaw(owner, { ...one, fields })).toBe('signature_invalid')
  })

  it('is refused with keys that the API does not know, and nothing happens to the session', async () => {
    const parameters = () => ({ nonce: randomBytes(16), created: Math.floor(api.clock() / 1000) })
    const call = { method: 'GET', targetUri: `${api.origin}/v1/me`, fields: {}, body: new Uint8Array() }
    const [device, session] = owner.signers()
    const stranger = makeSigner()
    const swapped = [
      [device!, { label: 'session', signer: stranger } as const],
      [{ label: 'device', signer: stranger } as const, { label: 'session', signer: stranger } as const],
      [{ label: 'device', signer: session!.signer } as const, { label: 'session', signer: device!.signer } as const],
    ]
    for (const signers of swapped) {
      const fields = await signCall(call, signers, parameters())
      expect(await sendRaw(owner, { ...call, fields })).toMatch(/^(signature_invalid|session_unknown)$/)
    }
    expect(await codeOf(owner.client.call('getMe'))).toBe('accepted')
  })

  it('is judged by the configured origin, whatever Host says', async () => {
    const call = await owner.sign({ path: '/v1/me' })
    expect(await sendRaw(owner, { ...call, fields: { ...call.fields, host: 'elsewhere.test' } })).toBe('accepted')
    const elsewhere = { method: 'GET', targetUri: 'https://elsewhere.test/v1/me', fields: {}, body: new Uint8Array() }
    const parameters = { nonce: randomBytes(16), created: Math.floor(api.clock() / 1000) }
    const fields = await signCall(elsewhere, owner.signers(), parameters)
    const relayed = { ...elsewhere, targetUri: `${api.origin}/v1/me`, fields: { ...fields, host: 'elsewhere.test' } }
    expect(await sendRaw(owner, relayed)).toBe('signature_invalid')
  })

  it('is refused with a body where none belongs, and with one that is too large', async () => {
    const tooLarge = {
      path: '/v1/settings',
      method: 'PATCH',
      body: new Uint8Array(70_000),
      fields: { 'content-type': 'application/json' },
    }
    expect(await sendRaw(owner, await owner.sign(tooLarge))).toBe('payload_too_large')
    const notJson = { ...tooLarge, body: utf8('{') }
    expect(await sendRaw(owner, await owner.sign(notJson))).toBe('invalid_request')
  })

  it('names the fields that do not fit, and never their values', async () => {
    const body = utf8(JSON.stringify({ leaseLifetime: 'hunter2', surprise: 1 }))
    const call = { path: '/v1/settings', method: 'PATCH', body, fields: { 'content-type': 'application/json' } }
    const answer = await owner.send(await owner.sign(call), {})
    const text = Buffer.from(answer.body).toString()
    expect(answer.status).toBe(400)
    expect(JSON.parse(text).error.details).toContain('body.leaseLifetime')
    expect(text).not.toContain('hunter2')
  })
})

describe('a call that was recorded', () => {
  it('is refused at once, by all of many at the same time but one, and by another replica', async () => {
    const call = await owner.sign({ path: '/v1/me' })
    const codes = await Promise.all(Array.from({ length: 8 }, () => sendRaw(owner, call)))
    expect(codes.toSorted()).toEqual(['accepted', ...Array.from({ length: 7 }, () => 'replayed')])
    const { port } = await api.startReplica()
    const elsewhere = makePerson(api, owner.computer, port)
    expect(await sendRaw(elsewhere, call)).toBe('replayed')
    elsewhere.close()
  })

  it('is refused after a restart, and after its time', async () => {
    const call = await owner.sign({ path: '/v1/me' })
    expect(await sendRaw(owner, call)).toBe('accepted')
    const old = await owner.sign({ path: '/v1/me' })
    const { program, port } = await api.startReplica()
    await program.stop()
    const again = await api.startReplica()
    expect(again.port).not.toBe(port)
    const elsewhere = makePerson(api, owner.computer, again.port)
    expect(await sendRaw(elsewhere, call)).toBe('replayed')
    api.advance(125_000)
    expect(await sendRaw(elsewhere, call)).toBe('signature_expired')
    expect(await sendRaw(elsewhere, old)).toBe('signature_expired')
    api.advance(-125_000)
    elsewhere.close()
  })
})

describe('a session key that left its device', () => {
  it('ends the session when it is used with a device key that nobody enrolled, or over a forged signature', async () => {
    await owner.client.call('changeSettings', { body: { newDevices: 'allow' } })
    const makeForged = (of: Signer): Signer => ({ ...makeSigner(), publicKey: of.publicKey })
    for (const makeDevice of [() => makeSigner(), makeForged]) {
      const victim = makePerson(api)
      await victim.signIn(ownerOf('acme').email)
      const [device, session] = victim.signers()
      const stolen = [{ ...device!, signer: makeDevice(device!.signer) }, session!]
      const call = { method: 'GET', targetUri: `${api.origin}/v1/me`, fields: {}, body: new Uint8Array() }
      const sign = () => ({ nonce: randomBytes(16), created: Math.floor(api.clock() / 1000) })
      expect(await sendRaw(victim, { ...call, fields: await signCall(call, stolen, sign()) })).toBe('device_mismatch')
      expect(await codeOf(victim.client.call('getMe'))).toBe('device_mismatch')
      const alerts = async () =>
        (await owner.client.call('listAlerts', {})).items.filter(({ kind }) => kind === 'device-mismatch')
      const before = await alerts()
      expect(await sendRaw(victim, { ...call, fields: await signCall(call, stolen, sign()) })).toBe('device_mismatch')
      expect(await alerts()).toEqual(before)
      victim.close()
    }
    expect(await codeOf(owner.client.call('getMe'))).toBe('accepted')
    await owner.client.call('changeSettings', { body: { newDevices: 'approve' } })
  })

  it('is not shown by a call that somebody altered on its way', async () => {
    const call = await owner.sign({ path: '/v1/me' })
    for (const field of ['signature', 'signature-input']) {
      const [before, rest] = call.fields[field]!.split(/(?=[^,]{8}, session=)/)
      const altered = `${before}${rest!.replace(/[A-Za-z0-9]/, (one) => (one === 'a' ? 'b' : 'a'))}`
      expect(altered).not.toBe(call.fields[field])
      expect(await sendRaw(owner, { ...call, fields: { ...call.fields, [field]: altered } })).toBe('signature_invalid')
    }
    expect(await sendRaw(owner, call)).toBe('accepted')
  })

  it('ends the session when it is used with the key of another device, with an alert, and nothing else', async () => {
    const [victim, other] = [makePerson(api), makePerson(api)]
    await owner.client.call('changeSettings', { body: { newDevices: 'allow' } })
    await victim.signIn(ownerOf('acme').email)
    await other.signIn(ownerOf('acme').email)
    const stolen = [other.signers()[0]!, victim.signers()[1]!]
    const ofKind = (alert: { kind: string }): boolean => alert.kind === 'device-mismatch'
    const alertsBefore = (await owner.client.call('listAlerts', {})).items.filter(ofKind)
    const call = { method: 'GET', targetUri: `${api.origin}/v1/me`, fields: {}, body: new Uint8Array() }
    const parameters = { nonce: randomBytes(16), created: Math.floor(api.clock() / 1000) }
    expect(await sendRaw(other, { ...call, fields: await signCall(call, stolen, parameters) })).toBe('device_mismatch')
    expect(await codeOf(victim.client.call('getMe'))).toBe('device_mismatch')
    expect(await codeOf(other.client.call('getMe'))).toBe('accepted')
    expect(await codeOf(owner.client.call('getMe'))).toBe('accepted')
    const { items } = await owner.client.call('listAlerts', {})
    expect(items.filter(ofKind)).toHaveLength(alertsBefore.length + 1)
    await owner.client.call('changeSettings', { body: { newDevices: 'approve' } })
    victim.close()
    other.close()
  })
})
