/** An agent's local API on its real wire, answering what a test tells it to; nothing behind it. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import { makeTemporaryDirectory } from '@sallyport/testkit'
import {
  encodeLine,
  faceProofMessage,
  helloMessage,
  isProof,
  LineDecoder,
  NONCE_LENGTH,
  proofOf,
  requestMessage,
  TOKEN_LENGTH,
} from '../../local/local-wire.ts'
import { profilePaths } from '../../local/profile.ts'
import type { LocalEvent } from '../../shared/local-event.ts'

/** What a method or a route answers; a SallyportError that it throws crosses the wire. */
type Answers = Readonly<Record<string, (input: never) => unknown>>

export interface StandInOptions {
  readonly methods?: Answers
  /** Answers of the API, by the name of the route. */
  readonly routes?: Answers
}

export interface StandInAgent {
  readonly profile: string
  /** Everything that was asked, in order; calls of the API by the name of their route. */
  readonly asked: { readonly name: string; readonly input: unknown }[]
  /** Whether every face that connected proved the token. */
  readonly refused: number
  /** Tells faces that subscribed, as the agent does. */
  tell(event: LocalEvent['event']): void
  stop(): Promise<void>
}

export const standInAgent = async (options: StandInOptions): Promise<StandInAgent> => {
  const folder = await makeTemporaryDirectory()
  const paths = profilePaths(folder.path)
  const token = randomBytes(TOKEN_LENGTH)
  const sockets = new Set<Socket>()
  const agent = { profile: folder.path, asked: [] as StandInAgent['asked'], refused: 0, subscribed: new Set<Socket>() }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => [sockets, agent.subscribed].forEach((set) => set.delete(socket)))
    serve(socket, { token, options, agent })
  })
  const address = join(folder.path, 'socket')
  await new Promise<void>((resolve) => server.listen(address, resolve))
  await writeFile(paths.token, token, { mode: 0o600 })
  await writeFile(paths.contact, JSON.stringify({ pid: process.pid, socket: address, version: '0.1.0' }))
  return Object.assign(agent, {
    tell: (event: LocalEvent['event']) => {
      for (const socket of agent.subscribed) socket.write(encodeLine({ event }))
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await closed(server)
      await folder.remove()
    },
  })
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

interface Service {
  readonly token: Uint8Array
  readonly options: StandInOptions
  readonly agent: { readonly asked: StandInAgent['asked']; refused: number; readonly subscribed: Set<Socket> }
}

const serve = (socket: Socket, { token, options, agent }: Service): void => {
  const lines = new LineDecoder()
  const own = randomBytes(NONCE_LENGTH).toString('base64url')
  let handle = (value: unknown): void => {
    const { nonce } = helloMessage.parse(value)
    socket.write(encodeLine({ nonce: own, proof: proofOf(token, 'agent', [nonce, own]) }))
    handle = (answer) => {
      if (!isProof(proofOf(token, 'face', [own, nonce]), faceProofMessage.parse(answer).proof)) {
        agent.refused++
        socket.destroy()
      }
      handle = (request) => void answerRequest(request)
    }
  }
  const answerRequest = async (value: unknown): Promise<void> => {
    const { id, method, params } = requestMessage.parse(value)
    const call = method === 'api' ? (params as { route: string; input: unknown }) : { route: method, input: params }
    agent.asked.push({ name: call.route, input: call.input })
    if (method === 'subscribe') {
      agent.subscribed.add(socket)
      return void socket.write(encodeLine({ id, result: {} }))
    }
    const answers = method === 'api' ? options.routes : options.methods
    try {
      const answer = answers?.[call.route]
      if (!answer) throw new SallyportError('not_found', { message: `The stand-in has no answer to ${call.route}.` })
      socket.write(encodeLine({ id, result: await answer(call.input as never) }))
    } catch (error) {
      const failure = error instanceof SallyportError ? error : new SallyportError('internal')
      socket.write(encodeLine({ id, error: failure.toBody() }))
    }
    if (method === 'stop') socket.end()
  }
  socket.on('data', (chunk: Buffer) => {
    for (const value of lines.push(chunk)) handle(value)
  })
}
