import { once } from 'node:events'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectAgent } from '../../local/agent-process.ts'
import { connectLocal } from '../../local/local-client.ts'
import { encodeLine, MAX_LINE, proofOf } from '../../local/local-wire.ts'
import { profilePaths } from '../../local/profile.ts'
import { LocalServer } from './server.ts'

let folder: TemporaryDirectory
let server: LocalServer
const answered: unknown[] = []

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  const paths = profilePaths(folder.path)
  server = new LocalServer({
    paths,
    runDirectory: folder.path,
    logger: pino({ level: 'silent' }),
    answer: async (method, params) => {
      answered.push(method)
      if (method === 'signOut') throw new Error('private words')
      if (method === 'trust') throw new SallyportError('not_enrolled')
      return method === 'connections' ? { items: [] } : params
    },
  })
  await server.start()
})
afterAll(async () => {
  await server.close()
  await folder.remove()
})

const rawFace = async (): Promise<Socket> => {
  const socket = connect(server.address)
  await once(socket, 'connect')
  return socket
}

const nonce = Buffer.alloc(32, 7).toString('base64url')

test('a face that knows the token is answered', async () => {
  const face = await connectAgent(folder.path)
  expect(await face!.call('connections', {})).toEqual({ items: [] })
  face!.close()
})

test('token and address are readable by their owner only', async () => {
  const paths = profilePaths(folder.path)
  for (const path of [paths.token, paths.contact]) expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a refusal crosses with its code, a defect without its words', async () => {
  const face = await connectAgent(folder.path)
  await expect(face!.call('trust', {})).rejects.toMatchObject({ code: 'not_enrolled' })
  const defect = face!.call('signOut', {})
  await expect(defect).rejects.toMatchObject({ code: 'internal' })
  await expect(defect).rejects.not.toThrow(/private words/)
  face!.close()
})

test('an event reaches faces that subscribed, and no others', async () => {
  const [subscriber, other] = [await connectAgent(folder.path), await connectAgent(folder.path)]
  const heard = new Promise((resolve) => subscriber!.onEvent(resolve))
  const overheard: unknown[] = []
  other!.onEvent((event) => overheard.push(event))
  await subscriber!.call('subscribe', {})
  server.tell({ event: 'credentials' })
  expect(await heard).toEqual({ event: 'credentials' })
  await other!.call('connections', {})
  expect(overheard).toEqual([])
  subscriber!.close()
  other!.close()
})

test('requests without a handshake are not answered', async () => {
  const before = answered.length
  const socket = await rawFace()
  socket.write(encodeLine({ id: 1, method: 'status', params: {} }))
  await once(socket, 'close')
  expect(answered.length).toBe(before)
})

test('a wrong proof is not answered', async () => {
  const before = answered.length
  const socket = await rawFace()
  socket.write(encodeLine({ hello: 1, nonce }))
  const [line] = (await once(socket, 'data')) as [Buffer]
  const { nonce: agent } = JSON.parse(line.toString()) as { nonce: string }
  socket.write(encodeLine({ proof: proofOf(Buffer.alloc(32), 'face', [agent, nonce]) }))
  socket.write(encodeLine({ id: 1, method: 'status', params: {} }))
  await once(socket, 'close')
  expect(answered.length).toBe(before)
})

test('the agent’s own proof cannot be sent back to it', async () => {
  const socket = await rawFace()
  socket.write(encodeLine({ hello: 1, nonce }))
  const [line] = (await once(socket, 'data')) as [Buffer]
  const { proof } = JSON.parse(line.toString()) as { proof: string }
  socket.write(encodeLine({ proof }))
  await once(socket, 'close')
  expect(socket.bytesRead).toBe(line.length)
})

test.for([
  ['that is not JSON', '{"hello":\n'],
  ['that is not text', Buffer.from([0xff, 0xfe, 10])],
  ['of another shape', '[1,2]\n'],
])('a first line %s ends the connection', async ([, line]) => {
  const socket = await rawFace()
  socket.write(line!)
  await once(socket, 'close')
  expect(socket.bytesRead).toBe(0)
})

test('a line that is too long ends the connection before it is whole', async () => {
  const socket = await rawFace()
  socket.on('error', () => {})
  const piece = Buffer.alloc(1024 * 1024, 'x')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (let sent = 0; sent <= MAX_LINE + piece.length; sent += piece.length) if (!socket.destroyed) socket.write(piece)
  await closed
  expect(await connectAgent(folder.path).then((face) => face!.call('connections', {}))).toEqual({ items: [] })
})

test('a method that does not exist is refused, and the connection goes on', async () => {
  const face = await connectAgent(folder.path)
  await expect(face!.call('constructor' as 'status', {})).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await face!.call('connections', {})).toEqual({ items: [] })
  face!.close()
})

test('a face tells a program that sits on the socket without knowing the token', async () => {
  const path = join(folder.path, 'squatter.sock')
  const squatter = createServer((socket) => {
    socket.on('data', () => socket.write(encodeLine({ nonce, proof: proofOf(Buffer.alloc(32), 'agent', [nonce, nonce]) })))
    socket.on('error', () => {})
  })
  squatter.listen(path)
  await once(squatter, 'listening')
  const tokenFile = join(folder.path, 'token')
  await writeFile(tokenFile, await readFile(profilePaths(folder.path).token))
  await expect(connectLocal({ socket: path, tokenFile })).rejects.toMatchObject({ code: 'identity_mismatch' })
  squatter.close()
  await rm(tokenFile)
})
