/** The kernel's tables of TCP sockets: whose a loopback connection is. Format: proc(5), /proc/net/tcp. */
import { open } from 'node:fs/promises'

export interface SocketEntry {
  readonly uid: number
  readonly inode: number
}

export interface SocketQuery {
  readonly localPort: number
  /** 0: a listening socket. */
  readonly remotePort: number
}

const LOOPBACK = ['0100007F', '0000000000000000FFFF00000100007F', '00000000000000000000000001000000']
const ANY = ['00000000', '00000000000000000000000000000000']
const LISTENING = '0A'

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/**
 *     sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
 *      0: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000 1000 0 12345 …
 */
export const findInTable = (table: string, query: SocketQuery): SocketEntry | null => {
  const listening = query.remotePort === 0
  const ports = { local: hexPort(query.localPort), remote: hexPort(query.remotePort) }
  // The local port alone is looked for first: splitting every line of a large table takes too long.
  const needle = `:${ports.local} `
  for (let at = table.indexOf(needle); at >= 0; at = table.indexOf(needle, at + 1)) {
    const start = table.lastIndexOf('\n', at) + 1
    const end = table.indexOf('\n', at)
    const words = table
      .slice(start, end < 0 ? undefined : end)
      .trim()
      .split(/\s+/)
    const [local, remote, state, uid, inode] = [words[1], words[2], words[3], words[7], words[9]]
    if (local === undefined || remote === undefined || uid === undefined || inode === undefined) continue
    const [localAddress, localPort] = local.split(':')
    const [remoteAddress, remotePort] = remote.split(':')
    if (localPort !== ports.local || remotePort !== ports.remote) continue
    const fits = listening
      ? state === LISTENING && [...LOOPBACK, ...ANY].includes(localAddress ?? '')
      : LOOPBACK.includes(localAddress ?? '') && LOOPBACK.includes(remoteAddress ?? '')
    if (fits) return { uid: Number(uid), inode: Number(inode) }
  }
  return null
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const

/** The kernel hands out a page at a time, whatever room there is. */
const PIECE = 16_384

interface Asked {
  readonly query: SocketQuery
  readonly resolve: (found: SocketEntry | null) => void
}

/**
 * Looks through one table for all who ask, piece by piece, and stops when everybody has found theirs: the kernel takes
 * microseconds for each line, and a busy computer keeps tens of thousands of connections that just ended. Nobody is answered
 * from a pass that began before they asked.
 */
class TableSearch {
  readonly #path: string
  #asked: Asked[] = []
  #running = false

  constructor(path: string) {
    this.#path = path
  }

  /** null: there is no such socket in it, or the system does not tell. */
  find(query: SocketQuery): Promise<SocketEntry | null> {
    return new Promise((resolve) => {
      this.#asked.push({ query, resolve })
      if (!this.#running) this.#run().catch(() => undefined)
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#asked.length > 0) {
      const asked = this.#asked
      this.#asked = []
      const left = new Set(asked)
      await this.#pass(left).catch(() => undefined)
      for (const { resolve } of left) resolve(null)
    }
    this.#running = false
  }

  /** Takes out of `left` whoever is answered. */
  async #pass(left: Set<Asked>): Promise<void> {
    await using file = await open(this.#path)
    const piece = Buffer.allocUnsafe(PIECE)
    let rest = ''
    while (left.size > 0) {
      const { bytesRead } = await file.read(piece, 0, PIECE)
      if (bytesRead === 0) return
      const text = rest + piece.toString('latin1', 0, bytesRead)
      const end = text.lastIndexOf('\n') + 1
      rest = text.slice(end)
      answer(text.slice(0, end), left)
    }
  }
}

const answer = (lines: string, left: Set<Asked>): void => {
  for (const asked of left) {
    const found = findInTable(lines, asked.query)
    if (found === null) continue
    left.delete(asked)
    asked.resolve(found)
  }
}

const tables = TABLES.map((path) => new TableSearch(path))

/** null when there is no such socket, or the system does not tell. */
export const findSocket = async (query: SocketQuery): Promise<SocketEntry | null> => {
  for (const table of tables) {
    const found = await table.find(query)
    if (found !== null) return found
  }
  return null
}
