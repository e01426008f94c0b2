/** Every open connection of this gateway, for whoever looks on: who, since when, how many bytes; and what ends one alone. */
import {
  type Caller,
  type ControlFromGateway,
  type ErrorCode,
  MAX_CONNECTIONS_PER_FRAME,
  MAX_TOLD_CONNECTIONS,
} from '@sallyport/protocol'
import { endReason } from './lease-table.ts'
import type { LeasedConnection } from './lease.ts'

export type ConnectionsFrame = Extract<ControlFromGateway, { type: 'connections' }>

export interface OpenConnection {
  readonly id: string
  readonly lease: string
  readonly caller: Caller | null
  /** Milliseconds since 1970. */
  readonly openedAt: number
  /** Bytes of the client's stream so far, its head included: `up` is towards the resource. */
  readonly bytes: () => { readonly up: number; readonly down: number }
  readonly handle: LeasedConnection
}

interface Known {
  readonly connection: OpenConnection
  /** Bytes in both directions that were told; null: nobody was told of it. */
  told: number | null
}

export class OpenConnections {
  readonly #known = new Map<string, Known>()
  /** Those that were told of and are gone. */
  #closed: string[] = []
  /** How many were told of and are not told to be closed. */
  #told = 0

  /** Returns what takes it out again. */
  add(connection: OpenConnection): () => void {
    this.#known.set(connection.id, { connection, told: null })
    return () => {
      const known = this.#known.get(connection.id)
      if (known === undefined) return
      this.#known.delete(connection.id)
      if (known.told !== null) this.#closed.push(connection.id)
    }
  }

  /** Ends this connection alone. Resolves when it is closed; at once when there is none. */
  async end(id: string, code: ErrorCode): Promise<void> {
    const known = this.#known.get(id)
    if (known === undefined) return
    known.connection.handle.end(endReason(code))
    await known.connection.handle.closed
  }

  /**
   * What changed since it was last asked, in frames; none when nothing did. `reset`: everything, for a reader who knows nothing.
   * A reader is told of {@link MAX_TOLD_CONNECTIONS} at a time, of the others once there is room.
   */
  frames(reset: boolean): ConnectionsFrame[] {
    if (reset) this.#forgetTold()
    const closed = this.#closed
    this.#closed = []
    this.#told -= closed.length
    const opened: ConnectionsFrame['opened'] = []
    const bytes: ConnectionsFrame['bytes'] = []
    for (const known of this.#known.values()) {
      const { id, lease, caller, openedAt, bytes: counted } = known.connection
      if (known.told === null) {
        if (this.#told >= MAX_TOLD_CONNECTIONS) continue
        this.#told += 1
        known.told = 0
        opened.push({ id, lease, caller, openedAt })
      }
      const { up, down } = counted()
      if (up + down === known.told) continue
      known.told = up + down
      bytes.push({ id, bytesUp: up, bytesDown: down })
    }
    return inFrames(reset, { opened, bytes, closed })
  }

  #forgetTold(): void {
    this.#closed = []
    this.#told = 0
    for (const known of this.#known.values()) known.told = null
  }
}

/** Closed ones first, so that there is room for others; a connection is told of before its bytes are. */
const inFrames = (reset: boolean, all: Pick<ConnectionsFrame, 'opened' | 'bytes' | 'closed'>): ConnectionsFrame[] => {
  const frames: ConnectionsFrame[] = []
  const frame = (part: Partial<ConnectionsFrame>): void => {
    frames.push({ type: 'connections', reset: reset && frames.length === 0, opened: [], bytes: [], closed: [], ...part })
  }
  for (const closed of pieces(all.closed)) frame({ closed })
  for (const opened of pieces(all.opened)) frame({ opened })
  for (const bytes of pieces(all.bytes)) frame({ bytes })
  if (reset && frames.length === 0) frame({})
  return frames
}

const pieces = <Item>(items: readonly Item[]): Item[][] => {
  const found: Item[][] = []
  for (let at = 0; at < items.length; at += MAX_CONNECTIONS_PER_FRAME) found.push(items.slice(at, at + MAX_CONNECTIONS_PER_FRAME))
  return found
}
