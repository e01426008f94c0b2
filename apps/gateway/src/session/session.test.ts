import { randomUUID } from 'node:crypto'
import { encodeFramedJson, type LeaseAnswer, SallyportError, sha256, toBase64url, utf8 } from '@sallyport/protocol'
import type { MuxSession } from '@sallyport/transport'
import { waitFor } from '@sallyport/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { REFUSE } from '../testing/echo-adapter.ts'
import { openStream, playAgent, type PlayedAgent, readAnswer } from '../testing/played-agent.ts'
import { type PlayedApi, playApi } from '../testing/played-api.ts'
import type { PlayedCredential } from '../testing/played-vault.ts'
import { addCredential, startGateway, type TestGateway } from '../testing/running-gateway.ts'

let api: PlayedApi
let gateway: TestGateway
let agent: PlayedAgent
let credential: PlayedCredential
let mux: MuxSession

beforeAll(async () => {
  api = await playApi()
  gateway = await startGateway(api)
  await waitFor(() => api.applied.length > 0, { description: 'the first snapshot to be applied' })
})
afterAll(async () => {
  await gateway.close()
  await api.close()
})
beforeEach(async () => {
  credential = addCredential(api)
  agent = await playAgent(api)
  mux = await agent.connect(gateway.port)
})
afterEach(() => {
  api.tamper = null
  api.beforeLease = null
  api.leaseLifetime = 60_000
  mux.close()
})

const codeOf = (answer: Awaited<ReturnType<typeof readAnswer>>): string => (answer.ok ? 'ok' : answer.error.code)
const leaseOf = (answer: Awaited<ReturnType<typeof readAnswer>>): string => {
  if (!answer.ok) throw new Error(answer.error.code)
  return answer.lease!.id
}
const open = async (change: Parameters<PlayedAgent['makeTicket']>[1] = {}) =>
  openStream(mux, await agent.makeTicket(credential.id, change))

const echo = async (stream: Awaited<ReturnType<typeof openStream>>['stream'], text: string): Promise<string> => {
  stream.write(text)
  let got = ''
  while (got.length < text.length) {
    const chunk = stream.read() as Buffer | null
    if (chunk === null) await new Promise((resolve) => stream.once('readable', resolve))
    else got += chunk.toString()
  }
  return got
}
/** Everything up to the end of the stream. */
const rest = async (stream: Awaited<ReturnType<typeof openStream>>['stream']): Promise<string> => {
  let text = ''
  try {
    for await (const chunk of stream) text += String(chunk)
  } catch {
    // Cut: what came before counts.
  }
  return text
}

describe('a stream that asks for a lease', () => {
  test('gets it, and the adapter gets the opened credential', async () => {
    const { stream, answer } = await open()
    expect(answer).toMatchObject({ ok: true, lease: { id: api.unlocks.at(-1) } })
    expect(await echo(stream, 'select 1')).toBe('select 1')
    expect(gateway.adapter.passwords.at(-1)).toBe(credential.password)
    expect(gateway.adapter.connections.at(-1)).toMatchObject({ sessionLabel: 'abcd1234', target: { labelConnections: true } })
    stream.end()
    expect(await rest(stream)).toBe('')
  })

  test('may send its first bytes behind the head, without waiting', async () => {
    const stream = mux.openStream()
    stream.write(Buffer.concat([encodeFramedJson(await agent.makeTicket(credential.id)), Buffer.from('early')]))
    expect(codeOf(await readAnswer(stream))).toBe('ok')
    expect(await echo(stream, '')).toBe('')
    let got = ''
    stream.end()
    for await (const chunk of stream) got += String(chunk)
    expect(got).toBe('early')
  })

  test('shares one unlock with others of the same session and credential that ask at the same time', async () => {
    const before = api.unlocks.length
    const heads = await Promise.all(Array.from({ length: 8 }, () => agent.makeTicket(credential.id)))
    const opened = await Promise.all(heads.map((head) => openStream(mux, head)))
    expect(new Set(opened.map(({ answer }) => leaseOf(answer))).size).toBe(1)
    expect(api.unlocks.length - before).toBe(1)
  })

  test('is refused with the code of the API', async () => {
    const { answer } = await openStream(mux, await agent.makeTicket(randomUUID()))
    expect(codeOf(answer)).toBe('not_granted')
  })

  test('reaches no relay that did not dial this gateway', async () => {
    const { answer } = await openStream(mux, { type: 'forward', relay: randomUUID() })
    expect(codeOf(answer)).toBe('relay_unavailable')
  })
})

test('a lease of a credential for one person at a time ends with its last connection; others wait for the next one', async () => {
  const shared = addCredential(api, { exclusive: true })
  const opened = await openStream(mux, await agent.makeTicket(shared.id))
  const lease = leaseOf(opened.answer)
  const second = await openStream(mux, { type: 'resume', lease, caller: null })
  opened.stream.end()
  await rest(opened.stream)
  expect(await echo(second.stream, 'still there')).toBe('still there')
  second.stream.end()
  await rest(second.stream)
  await waitFor(() => api.ended.some((end) => end.id === lease && end.reason === 'closed'), { description: 'the end to be told' })
  expect(codeOf((await openStream(mux, { type: 'resume', lease, caller: null })).answer)).toBe('lease_unknown')

  const warm = await open()
  warm.stream.end()
  await rest(warm.stream)
  expect(codeOf((await openStream(mux, { type: 'resume', lease: leaseOf(warm.answer), caller: null })).answer)).toBe('ok')
})

describe('a ticket is refused before the API is asked', () => {
  test.each([
    ['of another organization', 'ticket_invalid', { organization: randomUUID() }],
    ['for another gateway', 'ticket_invalid', { gateway: randomUUID() }],
    ['of another session', 'identity_mismatch', { session: randomUUID() }],
    ['that has expired', 'ticket_expired', { issuedAt: Date.now() - 200_000, expiresAt: Date.now() - 140_000 }],
    ['from the future', 'ticket_expired', { issuedAt: Date.now() + 600_000, expiresAt: Date.now() + 610_000 }],
    ['that lives too long', 'ticket_invalid', { issuedAt: Date.now(), expiresAt: Date.now() + 61_000 }],
    ['of a job', 'ticket_invalid', { purpose: 'rotate' as const }],
  ])('%s', async (_, code, change) => {
    const before = api.unlocks.length
    expect(codeOf((await open(change)).answer)).toBe(code)
    expect(api.unlocks).toHaveLength(before)
  })

  test('signed by another session key', async () => {
    const head = await agent.makeTicket(credential.id, {}, [agent.deviceKey, (await playAgent(api)).sessionKey])
    expect(codeOf((await openStream(mux, head)).answer)).toBe('ticket_invalid')
  })
})

test('a device state older than one the vault accepted is told to the vault, and refused whatever it says', async () => {
  const value = toBase64url(new Uint8Array(16))
  expect(codeOf((await open({ deviceState: { counter: 5, value } })).answer)).toBe('ok')
  const before = api.unlocks.length
  expect(codeOf((await open({ deviceState: { counter: 4, value } })).answer)).toBe('device_state_stale')
  expect(api.unlocks).toHaveLength(before + 1)
})

describe('an answer of the API opens nothing when a field is swapped', () => {
  const foreign = randomUUID()
  const bind = (change: Partial<LeaseAnswer['binding']>) => (answer: LeaseAnswer) => ({
    ...answer,
    binding: { ...answer.binding, ...change },
  })
  test.each<[string, string, (answer: LeaseAnswer) => LeaseAnswer]>([
    ['lease', 'receipt_invalid', bind({ lease: foreign })],
    ['organization', 'unseal_failed', bind({ organization: foreign })],
    ['gateway', 'unseal_failed', bind({ gateway: foreign })],
    ['session', 'unseal_failed', bind({ session: foreign })],
    ['device', 'unseal_failed', bind({ device: foreign })],
    ['user', 'unseal_failed', bind({ user: foreign })],
    ['resource', 'unseal_failed', bind({ resource: foreign })],
    ['credential', 'unseal_failed', bind({ credential: foreign })],
    ['secret', 'unseal_failed', bind({ secret: foreign })],
    ['secret version', 'receipt_invalid', bind({ secretVersion: 2 })],
    ['digest of the endpoint', 'secret_unbound', bind({ endpointDigest: toBase64url(new Uint8Array(32)) })],
    ['expiry', 'unseal_failed', bind({ expiresAt: Date.now() + 3_000_000 })],
    ['endpoint', 'secret_unbound', (answer) => ({ ...answer, endpoint: { ...answer.endpoint, host: '192.0.2.1' } })],
    [
      'encapsulated key',
      'unseal_failed',
      (answer) => ({ ...answer, credential: { ...answer.credential, encapsulated: 'A'.repeat(43) } }),
    ],
  ])('%s', async (_, code, tamper) => {
    api.tamper = tamper
    const before = gateway.adapter.connections.length
    expect(codeOf((await open()).answer)).toBe(code)
    expect(gateway.adapter.connections).toHaveLength(before)
  })

  test('endpoint together with its digest', async () => {
    api.tamper = async (answer) => {
      const endpoint = { ...answer.endpoint, host: '192.0.2.1' }
      const { endpointDigest } = await import('@sallyport/protocol')
      return { ...answer, endpoint, binding: { ...answer.binding, endpointDigest: await endpointDigest(endpoint) } }
    }
    expect(codeOf((await open()).answer)).toBe('unseal_failed')
  })

  test('receipt of another unlock', async () => {
    let earlier = ''
    api.tamper = (answer) => {
      earlier = answer.receipt
      return answer
    }
    await open()
    api.tamper = (answer) => ({ ...answer, receipt: earlier })
    expect(codeOf((await open()).answer)).toBe('receipt_invalid')
  })

  test('share of another ticket', async () => {
    const head = await agent.makeTicket(credential.id)
    const other = toBase64url(await sha256(utf8('another share')))
    expect(codeOf((await openStream(mux, { ...head, share: other })).answer)).toBe('unseal_failed')
  })
})

describe('a lease', () => {
  test('serves further connections of its session without another unlock, and nobody else', async () => {
    const lease = leaseOf((await open()).answer)
    const before = api.unlocks.length
    const again = await openStream(mux, { type: 'resume', lease, caller: null })
    expect(await echo(again.stream, 'warm')).toBe('warm')
    expect(api.unlocks).toHaveLength(before)
    const stranger = await (await playAgent(api)).connect(gateway.port)
    expect(codeOf((await openStream(stranger, { type: 'resume', lease, caller: null })).answer)).toBe('lease_unknown')
    stranger.close()
  })

  test('tells its own session how the resource was reached, and nobody else', async () => {
    const lease = leaseOf((await open()).answer)
    // The adapter of these tests connects to nothing.
    expect((await openStream(mux, { type: 'path', lease })).answer).toEqual({ ok: true, path: null })
    const stranger = await (await playAgent(api)).connect(gateway.port)
    expect(codeOf((await openStream(stranger, { type: 'path', lease })).answer)).toBe('lease_unknown')
    stranger.close()
  })

  test('whose credential the resource refused is not connected under again before the vault was asked', async () => {
    const first = await open()
    const lease = leaseOf(first.answer)
    first.stream.write(REFUSE)
    await rest(first.stream)
    const again = await openStream(mux, { type: 'resume', lease, caller: null })
    expect(codeOf(again.answer)).toBe('lease_ended')
    const before = api.unlocks.length
    const fresh = await open()
    expect(api.unlocks.length).toBe(before + 1)
    const resumed = await openStream(mux, { type: 'resume', lease: leaseOf(fresh.answer), caller: null })
    expect(await echo(resumed.stream, 'hello')).toBe('hello')
  })

  test('outlives the connection of the client', async () => {
    const lease = leaseOf((await open()).answer)
    mux.close()
    mux = await agent.connect(gateway.port)
    expect(codeOf((await openStream(mux, { type: 'resume', lease, caller: null })).answer)).toBe('ok')
  })

  test('ends by its time: its connections close with the reason, and the end is reported', async () => {
    api.leaseLifetime = 3_000
    const { stream, answer } = await open()
    expect(await rest(stream)).toContain('ended: lease_ended')
    const lease = leaseOf(answer)
    expect(codeOf((await openStream(mux, { type: 'resume', lease, caller: null })).answer)).toBe('lease_unknown')
    await waitFor(() => api.ended.some((end) => end.id === lease && end.reason === 'lease_ended'), { description: 'the report' })
  })

  test('lives on when the agent renews it, but not without an open connection', async () => {
    api.leaseLifetime = 25_000
    const used = await open()
    api.leaseLifetime = 8_000
    const unused = await openStream(mux, await agent.makeTicket(addCredential(api).id))
    unused.stream.end()
    await rest(unused.stream)
    const ids = [leaseOf(used.answer), leaseOf(unused.answer)]
    await waitFor(() => gateway.running.connections() <= 1, { description: 'the second connection to be over' })
    api.leaseLifetime = 60_000
    const { answer } = await openStream(mux, { type: 'renew', renewal: await agent.makeRenewal(ids) })
    if (!answer.ok) throw new Error(answer.error.code)
    const [first, second] = answer.renewal!.leases
    expect(first).toMatchObject({ state: 'renewed' })
    expect(first!.state === 'renewed' && first!.expiresAt).toBeGreaterThan(Date.now() + 30_000)
    expect(second!.state === 'renewed' && second!.expiresAt).toBeLessThan(Date.now() + 30_000)
    await waitFor(() => api.ended.some(({ id }) => id === ids[1]), { description: 'the unused lease to end' })
    expect(await echo(used.stream, 'still here')).toBe('still here')
  })

  test('is not renewed by somebody else', async () => {
    const lease = leaseOf((await open()).answer)
    const stranger = await playAgent(api)
    const renewal = await stranger.makeRenewal([lease], { session: agent.session })
    expect(codeOf((await openStream(mux, { type: 'renew', renewal })).answer)).toBe('ticket_invalid')
  })
})

describe('a revocation', () => {
  test.each(['session', 'device', 'user', 'credential', 'lease'] as const)(
    'of a %s closes its connections at once',
    async (kind) => {
      const bystander = await playAgent(api)
      const theirs = await bystander.connect(gateway.port)
      const other = await openStream(theirs, await bystander.makeTicket(addCredential(api).id))
      const { stream, answer } = await open()
      const ids = { ...agent, credential: credential.id, lease: leaseOf(answer) }
      const start = performance.now()
      const number = api.revoke(kind, ids[kind], 'lease_revoked')
      expect(await rest(stream)).toContain('ended: lease_revoked')
      expect(performance.now() - start).toBeLessThan(10_000)
      await waitFor(() => api.applied.includes(number), { description: 'the confirmation' })
      expect(await echo(other.stream, 'unharmed')).toBe('unharmed')
      theirs.close()
    },
  )

  test('of a session closes its connection, and refuses the next with its code', async () => {
    await open()
    api.revoke('session', agent.session, 'session_revoked')
    await mux.closed
    await expect(agent.dial(gateway.port)).rejects.toMatchObject({ code: 'refused', refusal: { code: 'session_revoked' } })
  })

  test('that arrives while the vault answers refuses the late answer', async () => {
    api.beforeLease = async () => {
      const number = api.revoke('credential', credential.id, 'lease_revoked')
      await waitFor(() => api.applied.includes(number), { description: 'the revocation to be applied' })
    }
    expect(codeOf((await open()).answer)).toBe('lease_revoked')
    api.beforeLease = null
    expect(codeOf((await open()).answer)).toBe('ok')
  })

  test('is caught up after the link was cut', async () => {
    const { stream } = await open()
    const hellos = api.hellos.length
    api.reachable = false
    api.cutLinks()
    const number = api.revoke('session', agent.session, 'session_revoked')
    api.reachable = true
    expect(await rest(stream)).toContain('ended: session_revoked')
    expect(api.hellos.slice(hellos)).toEqual([expect.objectContaining({ since: number - 1 })])
  })

  test('with a gap before it is asked for again', async () => {
    const hellos = api.hellos.length
    const subject = { kind: 'session' as const, id: randomUUID() }
    api.send({ type: 'revocations', revocations: [{ number: 1_000_000, subject, code: 'session_revoked', at: Date.now() }] })
    const hello = await waitFor(() => api.hellos.at(hellos), { description: 'another hello' })
    expect(hello).toMatchObject({ type: 'hello', since: expect.any(Number) })
  })
})

describe('a head that is not one', () => {
  test.each<[string, Buffer]>([
    ['longer than allowed', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7b])],
    ['empty', Buffer.from([0, 0, 0, 0])],
    ['no JSON', Buffer.concat([Buffer.from([0, 0, 0, 4]), Buffer.from('nope')])],
    ['of no known type', Buffer.concat([Buffer.from([0, 0, 0, 15]), Buffer.from('{"type":"what"}')])],
  ])('%s resets its stream only', async (_, bytes) => {
    const { stream: healthy } = await open()
    const bad = mux.openStream()
    const failed = new Promise<Error>((resolve) => bad.once('error', resolve))
    bad.write(bytes)
    expect(await failed).toMatchObject({ code: 'stream_reset' })
    expect(await echo(healthy, 'unharmed')).toBe('unharmed')
  })
})

describe('activity', () => {
  test('arrives at the API in order, each record once, with where it belongs', async () => {
    const { stream, answer } = await open()
    for (let index = 0; index < 50; index++) await echo(stream, `query ${index};`)
    stream.end()
    await rest(stream)
    const lease = leaseOf(answer)
    const own = () => api.activity.filter((record) => record.lease === lease)
    await waitFor(() => own().at(-1)?.activity.kind === 'connection.closed', { description: 'the last record' })
    const kinds = own().map(({ activity }) => activity.kind)
    expect(kinds).toEqual(['connection.opened', ...Array.from({ length: 50 }, () => 'query'), 'connection.closed'])
    expect(new Set(own().map(({ connection }) => connection)).size).toBe(1)
    expect(api.activity.map(({ number }) => number)).toEqual(api.activity.map((_, index) => index))
  })
})

test('an error that carries no code of ours is told as internal, without its cause', async () => {
  api.beforeLease = () => Promise.reject(new SallyportError('internal', { message: 'Something went wrong on our side.' }))
  expect(codeOf((await open()).answer)).toBe('internal')
})
