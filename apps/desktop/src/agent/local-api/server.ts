/** The agent's local API: a socket that only this user reaches, and a token that only this user can read. */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { replacePrivateFile } from '@sallyport/program'
import type { Logger } from 'pino'
import { TOKEN_LENGTH } from '../../local/local-wire.ts'
import { type AgentContact, type ProfilePaths } from '../../local/profile.ts'
import type { FindingEvent } from '../../shared/diagnosis.ts'
import type { LocalEvent } from '../../shared/local-event.ts'
import { clientVersion } from '../program/version.ts'
import { FaceConnection, type FaceOptions } from './face-connection.ts'

const MAX_FACES = 64
const SOCKET_NAME = 'agent.sock'
const PIPE_NAME_LENGTH = 16

export interface LocalServerOptions {
  readonly paths: ProfilePaths
  /** Private folder for the socket; null: a named pipe. */
  readonly runDirectory: string | null
  readonly answer: FaceOptions['answer']
  readonly logger: Logger
}

export class LocalServer {
  readonly address: string
  readonly #options: LocalServerOptions
  readonly #token = randomBytes(TOKEN_LENGTH)
  readonly #faces = new Map<Socket, FaceConnection>()
  readonly #server: Server

  constructor(options: LocalServerOptions) {
    this.#options = options
    this.address =
      options.runDirectory === null
        ? `\\\\.\\pipe\\sallyport-${randomBytes(PIPE_NAME_LENGTH).toString('hex')}`
        : join(options.runDirectory, SOCKET_NAME)
    this.#server = createServer((socket) => this.#accept(socket))
  }

  /** Listens, then leaves token and address where faces look for them. */
  async start(): Promise<void> {
    const { paths, runDirectory, logger } = this.#options
    // Of an agent that was killed: the profile's lock is ours, and the folder is private.
    if (runDirectory !== null) await rm(this.address, { force: true })
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.address, () => {
        this.#server.off('error', reject)
        this.#server.on('error', (error) => logger.error({ event: 'local.error', error }, 'the local socket failed'))
        resolve()
      })
    })
    const contact: AgentContact = { pid: process.pid, socket: this.address, version: clientVersion }
    await replacePrivateFile(paths.token, this.#token)
    await replacePrivateFile(paths.contact, `${JSON.stringify(contact)}\n`)
  }

  tell(event: LocalEvent | FindingEvent): void {
    for (const face of this.#faces.values()) face.tell(event)
  }

  async close(): Promise<void> {
    const { paths } = this.#options
    this.#server.close()
    for (const face of this.#faces.values()) face.close()
    await rm(paths.contact, { force: true })
    await rm(paths.token, { force: true })
    this.#token.fill(0)
  }

  #accept(socket: Socket): void {
    if (this.#faces.size >= MAX_FACES) {
      socket.destroy()
      return
    }
    const { answer, logger } = this.#options
    const face = new FaceConnection({ socket, token: this.#token, answer, logger, onClosed: () => this.#faces.delete(socket) })
    this.#faces.set(socket, face)
  }
}
