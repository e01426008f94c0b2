/** A listener that tells who connects, as an agent does; behind it whatever a test puts there. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Caller } from '@sallyport/protocol'
import type { LocalConnection, LocalCredential } from '../../shared/local-api.ts'
import type { AgentAccess } from '../agent-access.ts'
import { type Launch, launch } from '../launch/launch.ts'
import { credentialNamed } from './credential.ts'

/** Starts tools as it is done, and ends them with all that they started. */
export const endingLaunch = () => {
  const groups: number[] = []
  const start: Launch = async (command, system) => {
    const running = await launch(command, system)
    groups.push(running.pid)
    return running
  }
  const endAll = (): void => {
    for (const group of groups.splice(0)) {
      try {
        process.kill(-group, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
  }
  return { start, endAll }
}

interface ListenerOptions {
  readonly identify: (socket: Socket) => Promise<Caller | null>
  readonly serve?: (socket: Socket) => void
  readonly database?: string
  readonly user?: string
}

export interface TestAgent extends AgentAccess {
  readonly port: number
  readonly name: string
  /** Names that were turned on. */
  readonly turnedOn: string[]
  change(how: Partial<LocalCredential>): void
  stop(): Promise<void>
}

export const testAgent = async ({ identify, serve, ...names }: ListenerOptions): Promise<TestAgent> => {
  const listeners = new Set<() => void>()
  const connections = new Map<Socket, LocalConnection>()
  const sockets = new Set<Socket>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const arrive = async (socket: Socket): Promise<void> => {
    const caller = await identify(socket)
    connections.set(socket, {
      id: randomUUID(),
      credential: credential.granted.name,
      gateway: 'berlin-1',
      caller,
      peerPort: socket.remotePort ?? null,
      openedAt: new Date().toISOString(),
      bytesUp: 0,
      bytesDown: 0,
      roundTripMs: null,
      leaseExpiresAt: null,
    })
    serve?.(socket)
    tell()
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      sockets.delete(socket)
      connections.delete(socket)
    })
    arrive(socket).catch(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let credential = credentialNamed({ port, ...names })
  const turnedOn: string[] = []
  return {
    port,
    name: credential.granted.name,
    turnedOn,
    credentials: async () => [credential],
    connect: async (name) => {
      turnedOn.push(name)
      credential = { ...credential, listener: { state: 'listening' } }
      return credential
    },
    connections: async () => [...connections.values()],
    watch: (onChange) => {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    change: (how) => {
      credential = { ...credential, ...how }
      tell()
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
