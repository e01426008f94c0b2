import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { MAX_APP_MESSAGE } from '../shared/app-messages.ts'
import { WebFace } from './web-face.ts'

let folder: TemporaryDirectory
let face: WebFace
const asked: unknown[] = []

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  await mkdir(join(folder.path, 'assets'))
  await writeFile(join(folder.path, 'index.html'), '<!doctype html><title>Sallyport</title>')
  await writeFile(join(folder.path, 'assets', 'index.js'), 'export {}')
  face = new WebFace({
    folder: folder.path,
    logger: pino({ level: 'silent' }),
    answer: async (message) => {
      asked.push(message)
      return { id: (message as { id: number }).id, result: 'answered' }
    },
  })
})
beforeEach(() => asked.splice(0))
afterAll(async () => {
  await face.close()
  await folder.remove()
})

const invited = async () => {
  const url = new URL(await face.invite())
  return { port: Number(url.port), token: new URLSearchParams(url.hash.slice(1)).get('token')! }
}

const get = async (path: string, headers: Record<string, string> = {}) => {
  const { port } = await invited()
  const sent = request({ host: '127.0.0.1', port, path, headers, setHost: headers['host'] === undefined })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: (await response.toArray()).join('') }
}

const open = async (port: number, origin = `http://127.0.0.1:${port}`): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/bridge`, { origin })
  await once(socket, 'open')
  return socket
}

const say = (socket: WebSocket, message: unknown): void => socket.send(JSON.stringify(message))
const heard = async (socket: WebSocket): Promise<unknown> => JSON.parse(String((await once(socket, 'message'))[0])) as unknown
const closeCode = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0]

test('the page and its files are served, with the policy that keeps them to themselves', async () => {
  const page = await get('/')
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('Sallyport') as string })
  expect(page.headers['content-security-policy']).toContain("connect-src 'self'")
  expect(page.headers['set-cookie']).toBeUndefined()
  expect(page.headers['access-control-allow-origin']).toBeUndefined()
  expect(await get('/assets/index.js')).toMatchObject({ status: 200, body: 'export {}' })
  expect(await get('/assets/absent.js')).toMatchObject({ status: 404, body: '' })
})

test('a name that points here gets nothing', async () => {
  expect(await get('/', { host: 'evil.example' })).toMatchObject({ status: 403, body: '' })
})

test('a page that knows the token is let in and answered, and told what changes', async () => {
  const { port, token } = await invited()
  const socket = await open(port)
  say(socket, { hello: 1, token })
  expect(await heard(socket)).toEqual({ welcome: 1, next: expect.any(String) as string })
  say(socket, { id: 1, method: 'status', params: {} })
  expect(await heard(socket)).toEqual({ id: 1, result: 'answered' })
  const told = heard(socket)
  face.tell({ event: 'connections' })
  expect(await told).toEqual({ event: 'connections' })
  socket.close()
})

test('a page that lost its connection comes back with the next token, once', async () => {
  const { port, token } = await invited()
  const first = await open(port)
  say(first, { hello: 1, token })
  const { next } = (await heard(first)) as { next: string }
  first.close()
  const second = await open(port)
  say(second, { hello: 1, token: next })
  expect(await heard(second)).toMatchObject({ welcome: 1 })
  const third = await open(port)
  const closed = closeCode(third)
  say(third, { hello: 1, token: next })
  expect(await closed).toBe(4401)
  second.close()
})

test('an address opens one page', async () => {
  const { port, token } = await invited()
  const first = await open(port)
  say(first, { hello: 1, token })
  await heard(first)
  const second = await open(port)
  const closed = closeCode(second)
  say(second, { hello: 1, token })
  expect(await closed).toBe(4401)
  first.close()
})

test.for([
  ['a request without a hello', { id: 1, method: 'status', params: {} }],
  ['a token that was never issued', { hello: 1, token: 'A'.repeat(43) }],
  ['a hello that is too long', { hello: 1, token: 'A'.repeat(2_000) }],
  ['a hello of another shape', { hello: 2, token: 'A'.repeat(43) }],
])('%s ends the connection unanswered', async ([, message]) => {
  const { port } = await invited()
  const socket = await open(port)
  const messages: unknown[] = []
  socket.on('message', (data) => messages.push(data))
  const closed = closeCode(socket)
  say(socket, message)
  expect(await closed).toBe(4401)
  expect([messages, asked]).toEqual([[], []])
})

test('the socket of another page is refused before it opens', async () => {
  const { port } = await invited()
  for (const origin of ['https://evil.example', 'http://localhost:3000', 'null']) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/bridge`, { origin })
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).toContain('403')
  }
})

test('strangers that say nothing do not keep others out for long, nor are there many', async () => {
  const { port, token } = await invited()
  const strangers = await Promise.all([1, 2, 3, 4].map(() => open(port)))
  const fifth = new WebSocket(`ws://127.0.0.1:${port}/bridge`, { origin: `http://127.0.0.1:${port}` })
  const [error] = (await once(fifth, 'error')) as [Error]
  expect(error.message).toContain('503')
  strangers[0]!.terminate()
  await once(strangers[0]!, 'close')
  await expect
    .poll(async () => {
      const socket = await open(port).catch(() => null)
      if (socket === null) return 'kept out'
      say(socket, { hello: 1, token })
      const answer = await heard(socket)
      socket.close()
      return answer
    })
    .toMatchObject({ welcome: 1 })
  for (const stranger of strangers) stranger.terminate()
})

test('a message that is too long ends the connection before it is whole', async () => {
  const { port, token } = await invited()
  const socket = await open(port)
  say(socket, { hello: 1, token })
  await heard(socket)
  const closed = closeCode(socket)
  socket.send('x'.repeat(MAX_APP_MESSAGE + 1), () => {})
  expect([1009, 1006]).toContain(await closed)
  expect(asked).toEqual([])
})
