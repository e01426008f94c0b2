/** The kernel's tables of TCP sockets: whose a loopback connection is. Format: proc(5), /proc/net/tcp. */
import { readFile } from 'node:fs/promises'

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

/** Reads each table once for all who ask while it is being read, but never one that was begun before they asked. */
class SharedTable {
  readonly #path: string
  #current: Promise<string> | null = null
  #next: Promise<string> | null = null

  constructor(path: string) {
    this.#path = path
  }

  read(): Promise<string> {
    if (this.#current === null) {
      this.#current = this.#begin()
      return this.#current
    }
    this.#next ??= this.#current.then(() => {
      this.#next = null
      this.#current = this.#begin()
      return this.#current
    })
    return this.#next
  }

  #begin(): Promise<string> {
    const reading = readFile(this.#path, 'latin1').catch(() => '')
    const done = reading.finally(() => {
      if (this.#current === done) this.#current = null
    })
    return done
  }
}

const tables = TABLES.map((path) => new SharedTable(path))

/** null when there is no such socket, or the system does not tell. */
export const findSocket = async (query: SocketQuery): Promise<SocketEntry | null> => {
  for (const table of tables) {
    const found = findInTable(await table.read(), query)
    if (found !== null) return found
  }
  return null
}
