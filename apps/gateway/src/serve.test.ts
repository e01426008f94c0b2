import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import {
  bundledProgram,
  freePort,
  makeTemporaryDirectory,
  spawnProgram,
  type TemporaryDirectory,
  waitFor,
} from '@sallyport/testkit'
import type { MuxSession } from '@sallyport/transport'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStream, playAgent, type PlayedAgent } from './testing/played-agent.ts'
import { type PlayedApi, playApi } from './testing/played-api.ts'
import { addCredential, startGateway, type TestGateway, type TestGatewayOptions } from './testing/running-gateway.ts'

/** Starting a program takes long where many do so at once. */
const PATIENCE = { timeoutMs: 60_000 }
const MAIN = await bundledProgram('apps/gateway/src/main.ts')

let api: PlayedApi
let agent: PlayedAgent
let gateway: TestGateway | null = null
beforeEach(async () => {
  api = await playApi()
})
afterEach(async () => {
  await gateway?.close()
  gateway = null
  await api.close()
})

const start = async (options: TestGatewayOptions = {}): Promise<TestGateway> => {
  gateway = await startGateway(api, options)
  await waitFor(() => api.applied.length > 0, { description: 'the first snapshot to be applied' })
  agent = await playAgent(api)
  return gateway
}

type Stream = Awaited<ReturnType<typeof openStream>>['stream']

const open = async (mux: MuxSession, credential = addCredential(api).id) => {
  const { stream, answer } = await openStream(mux, await agent.makeTicket(credential))
  return { stream, answer, code: answer.ok ? 'ok' : answer.error.code, lease: answer.ok ? answer.lease!.id : '' }
}
const echo = async (stream: Stream, text: string): Promise<string> => {
  stream.write(text)
  for (;;) {
    const chunk = stream.read() as Buffer | null
    if (chunk !== null) return chunk.toString()
    await new Promise((resolve) => stream.once('readable', resolve))
  }
}
const rest = async (stream: Stream): Promise<string> => {
  let text = ''
  try {
    for await (const chunk of stream) text += String(chunk)
  } catch {
    // Cut: what came before counts.
  }
  return text
}

describe('what a gateway tells about its connections', () => {
  const told = () => api.said.flatMap((message) => (message.type === 'connections' ? [message] : []))

  test('is who is connected, how many bytes went each way, and what closed; a new link begins with all of it', async () => {
    const { port } = await start()
    const mux = await agent.connect(port)
    const first = await open(mux)
    const second = await open(mux)
    await waitFor(() => told().flatMap(({ opened }) => opened).length === 2, { description: 'both to be told' })
    const [one, other] = told().flatMap(({ opened }) => opened)
    expect([one!.lease, other!.lease]).toEqual([first.lease, second.lease])
    await echo(first.stream, 'twelve bytes')
    const bytes = () => told().flatMap((message) => message.bytes.filter(({ id }) => id === one!.id))
    await waitFor(() => (bytes().at(-1)?.bytesUp ?? 0) >= 12, { description: 'the bytes to be told' })
    second.stream.end()
    await waitFor(() => told().some(({ closed }) => closed.includes(other!.id)), { description: 'the end to be told' })
    api.said.length = 0
    api.cutLinks()
    await waitFor(() => told().length > 0, { description: 'a new link' })
    expect(told()[0]).toMatchObject({ reset: true, opened: [{ id: one!.id }], closed: [] })
  })

  test('lets one of them be ended alone, with its reason', async () => {
    const { port } = await start()
    const mux = await agent.connect(port)
    const credential = addCredential(api).id
    const first = await open(mux, credential)
    const second = await open(mux, credential)
    await waitFor(() => told().flatMap(({ opened }) => opened).length === 2, { description: 'both to be told' })
    const number = api.revoke('connection', told().flatMap(({ opened }) => opened)[0]!.id, 'connection_ended')
    expect(await rest(first.stream)).toContain('ended: connection_ended')
    await waitFor(() => api.applied.at(-1) === number, { description: 'the gateway to confirm' })
    expect(await echo(second.stream, 'still served')).toBe('still served')
    expect((await open(mux, credential)).code).toBe('ok')
  })
})

describe('a gateway that is asked to try an endpoint', () => {
  test('answers with what it found', async () => {
    await start()
    const id = randomUUID()
    const tls = { kind: 'authority', certificates: '', serverName: null } as const
    const target = { protocol: 'postgresql', host: '169.254.169.254', port: 80, tls, plaintextAllowed: true } as const
    api.send({ type: 'probe', id, endpoint: { ...target, weakestAuthentication: 'scram' } })
    const answer = await waitFor(() => api.said.find((message) => message.type === 'probed' && message.id === id), {
      description: 'the answer',
    })
    expect(answer).toMatchObject({
      steps: [
        { step: 'name', ok: true },
        { step: 'address', ok: false, code: 'address_refused' },
      ],
    })
  })
})

describe('a gateway that lost the API', () => {
  test('serves its leases until they end, opens nothing new, and lets nobody in', async () => {
    let skipped = 0
    const { port } = await start({ monotonic: () => performance.now() + skipped })
    api.leaseLifetime = 8_000
    const mux = await agent.connect(port)
    const first = await open(mux)
    api.reachable = false
    api.cutLinks()
    skipped = 20_000
    expect((await open(mux)).code).toBe('gateway_isolated')
    const resumed = await openStream(mux, { type: 'resume', lease: first.lease, caller: null })
    expect(resumed.answer).toMatchObject({ ok: false, error: { code: 'gateway_isolated' } })
    await expect(agent.dial(port)).rejects.toMatchObject({ refusal: { code: 'gateway_isolated', status: 503 } })
    expect(await echo(first.stream, 'still served')).toBe('still served')
    expect(await rest(first.stream)).toContain('ended: gateway_isolated')
    api.reachable = true
    await waitFor(() => agent.dial(port), { description: 'the gateway to be current again' })
    expect((await open(mux)).code).toBe('ok')
  })

  test('accepts no client before it was told who is cut off', async () => {
    const revoked = await playAgent(api)
    api.revoke('session', revoked.session, 'session_revoked')
    api.reachable = true
    gateway = await startGateway(api)
    const { port } = gateway
    const attempt = await revoked.dial(port).catch((error: unknown) => error)
    expect(attempt).toMatchObject({ code: 'refused' })
    await waitFor(() => api.applied.length > 0, { description: 'the first snapshot to be applied' })
    await expect(revoked.dial(port)).rejects.toMatchObject({ refusal: { code: 'session_revoked' } })
  })
})

describe('a gateway that stops', () => {
  test('takes nothing new, waits for what is open, and ends it when the time is over', async () => {
    const { port, running } = await start({ config: { drainLimit: 5_000 } })
    const mux = await agent.connect(port)
    const { stream } = await open(mux)
    const idle = await (await playAgent(api)).connect(port)
    const stopping = running.stop()
    await idle.closed
    await expect(agent.dial(port)).rejects.toMatchObject({ refusal: { code: 'gateway_draining' } })
    await waitFor(() => mux.goingAway, { description: 'the client to be told' })
    expect(await echo(stream, 'not yet')).toBe('not yet')
    expect(await rest(stream)).toContain('ended: gateway_draining')
    await stopping
    expect(api.activity.at(-1)?.activity.kind).toBe('connection.closed')
    expect(api.ended).toContainEqual(expect.objectContaining({ reason: 'gateway_draining' }))
    gateway = null
  })

  test('that ends by itself when its last connection does ends at once', async () => {
    const { port, running } = await start({ config: { drainLimit: 60_000 } })
    const mux = await agent.connect(port)
    const { stream } = await open(mux)
    const stopping = running.stop()
    stream.end()
    expect(await rest(stream)).toBe('')
    await stopping
    gateway = null
  })

  test('is told to by the API when it is revoked', async () => {
    const { running } = await start()
    api.send({ type: 'stop', code: 'gateway_unknown' })
    expect(await running.stopped).toBe('gateway_unknown')
  })

  test('was revoked while it had no link: what is open ends as soon as the API refuses it another', async () => {
    const { port, running } = await start()
    const { stream } = await open(await agent.connect(port))
    api.knowsGateway = false
    api.cutLinks()
    expect(await running.stopped).toBe('certificate_revoked')
    expect(await rest(stream)).toContain('ended: certificate_revoked')
  })
})

describe("the gateway's certificate", () => {
  test('is renewed at half its life without dropping a connection', async () => {
    api.gatewayLifetime = 8_000
    const { port, state } = await start()
    const certificate = (): string => readFileSync(join(state, 'membership.json'), 'utf8')
    const before = certificate()
    const mux = await agent.connect(port)
    const { stream } = await open(mux)
    api.gatewayLifetime = 3_600_000
    await waitFor(() => certificate() !== before, { description: 'the renewal' })
    await waitFor(() => api.hellos.length >= 2, { description: 'a link with the new certificate' })
    expect(await echo(stream, 'not dropped')).toBe('not dropped')
    const another = await agent.connect(port)
    expect((await open(another)).code).toBe('ok')
  })
})

test('a gateway whose certificate has ended says that it must join anew', async () => {
  api.gatewayLifetime = 500
  const starting = startGateway(api, { config: { listen: { host: '127.0.0.1', port: 0 } }, beforeServe: 1_100 })
  await expect(starting).rejects.toThrow(/certificate ended .* Join anew/)
})

describe('recording', () => {
  test('that the API does not take is kept, and shipped when it does', async () => {
    const { port } = await start()
    api.takesActivity = false
    const mux = await agent.connect(port)
    const { stream } = await open(mux)
    await echo(stream, 'kept')
    expect(api.activity).toEqual([])
    api.takesActivity = true
    await waitFor(() => api.activity.length === 2, { description: 'the records' })
  })
})

describe('the program', () => {
  let directory: TemporaryDirectory
  beforeEach(async () => {
    directory = await makeTemporaryDirectory()
  })
  afterEach(() => directory.remove())

  const state = (): string => join(directory.path, 'state')
  const run = (args: readonly string[]) =>
    spawnProgram({ command: process.execPath, args: [MAIN, ...args, '--state', state()], name: 'gateway' })
  const joinOnce = async (): Promise<void> => {
    const joining = await run(['join', '--token', api.joinToken])
    await joining.waitForLine(/"event":"joined"/, PATIENCE)
    expect(await joining.exited).toEqual({ code: 0, signal: null })
  }

  test('joins, serves, refuses a second one on its state, and ends with 0 at SIGTERM', async () => {
    await joinOnce()
    const port = await freePort()
    const serving = await run(['serve', '--listen', `127.0.0.1:${port}`])
    const [line] = await serving.waitForLine(/.*"event":"ready".*/, PATIENCE)
    expect(JSON.parse(line)).toMatchObject({ address: `127.0.0.1:${port}`, gateway: api.gateway() })
    const second = await run(['serve', '--listen', `127.0.0.1:${await freePort()}`])
    await second.waitForLine(/Another gateway runs on/, PATIENCE)
    expect((await second.exited).code).toBe(1)
    agent = await playAgent(api)
    const mux = await agent.connect(port)
    expect((await open(mux)).code).toBe('ok')
    mux.close()
    serving.kill('SIGTERM')
    expect(await serving.exited).toEqual({ code: 0, signal: null })
  })

  test('keeps its key to itself', async () => {
    await joinOnce()
    const mode = (name: string): number => statSync(join(state(), name)).mode & 0o777
    expect(statSync(state()).mode & 0o777).toBe(0o700)
    expect([mode('gateway-key.pem'), mode('membership.json'), mode('trust.json')]).toEqual([0o600, 0o600, 0o600])
  })

  test('says what is wrong with a token, and does not join twice', async () => {
    const bad = await run(['join', '--token', 'sallyport-join-nonsense'])
    await bad.waitForLine(/join_token_invalid/, PATIENCE)
    expect((await bad.exited).code).toBe(1)
    await joinOnce()
    const again = await run(['join', '--token', api.joinToken])
    await again.waitForLine(/joined already/, PATIENCE)
    expect((await again.exited).code).toBe(1)
  })

  test('says that it must join first', async () => {
    const serving = await run(['serve', '--listen', `127.0.0.1:${await freePort()}`])
    await serving.waitForLine(/Join first/, PATIENCE)
    expect((await serving.exited).code).toBe(1)
  })

  test('says that its port is taken', async () => {
    await joinOnce()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const serving = await run(['serve', '--listen', `127.0.0.1:${port}`])
    await serving.waitForLine(new RegExp(`127.0.0.1:${port} is in use`), PATIENCE)
    expect((await serving.exited).code).toBe(1)
    other.close()
  })
})
