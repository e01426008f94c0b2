import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, makeTemporaryDirectory, spawnProgram, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import type { MuxSession } from '@sallyport/transport'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStream, playAgent, type PlayedAgent } from './testing/played-agent.ts'
import { type PlayedApi, playApi } from './testing/played-api.ts'
import { addCredential, startGateway, type TestGateway, type TestGatewayOptions } from './testing/running-gateway.ts'

/** Starting a program takes long where many do so at once. */
const PATIENCE = { timeoutMs: 60_000 }
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

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

describe('a gateway that lost the API', () => {
  test('serves its leases until they end, opens nothing new, and lets nobody in', async () => {
    let skipped = 0
    const { port } = await start({ monotonic: () => performance.now() + skipped })
    api.leaseLifetime = 1_500
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
    const { port, running } = await start({ config: { drainLimit: 500 } })
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
})

describe("the gateway's certificate", () => {
  test('is renewed at half its life without dropping a connection', async () => {
    api.gatewayLifetime = 4_000
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

describe('the program', { timeout: 120_000 }, () => {
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
