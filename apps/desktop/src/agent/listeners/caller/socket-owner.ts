/** The process that holds a socket, by the links in /proc/<pid>/fd; Linux tells it for processes of the same user. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { SocketEntry } from './socket-table.ts'

export interface SocketOwner {
  readonly pid: number
  /** Path of its program, or its name where the path is not told. */
  readonly program: string
}

/** The event loop is given back after this time, milliseconds: other connections wait for it. */
const SLICE = 2
const MAX_PROGRAM = 1024
/** Processes that were callers before, asked first: a pool opens many connections. */
const MAX_RECENT = 16
const recent: number[] = []

export const findOwner = async ({ inode, uid }: SocketEntry): Promise<SocketOwner | null> => {
  if (inode === 0) return null
  let sliceEnd = performance.now() + SLICE
  for (const pid of candidates()) {
    if (holdsSocket(pid, { inode, uid })) {
      remember(pid)
      return { pid, program: programOf(pid) }
    }
    if (performance.now() < sliceEnd) continue
    await turn()
    sliceEnd = performance.now() + SLICE
  }
  return null
}

/** Known callers, then the youngest first; who else there is, is asked only when they are not it. */
function* candidates(): Generator<number> {
  yield* [...recent]
  yield* readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .toSorted((left, right) => right - left)
}

const remember = (pid: number): void => {
  const at = recent.indexOf(pid)
  if (at >= 0) recent.splice(at, 1)
  recent.unshift(pid)
  recent.length = Math.min(recent.length, MAX_RECENT)
}

const holdsSocket = (pid: number, socket: SocketEntry): boolean => {
  const link = `socket:[${socket.inode}]`
  const folder = `/proc/${pid}/fd`
  try {
    if (statSync(`/proc/${pid}`).uid !== socket.uid) return false
    // A descriptor that is closed meanwhile, or a process that ended, is simply not the one.
    return readdirSync(folder).some((name) => linkOf(`${folder}/${name}`) === link)
  } catch {
    return false
  }
}

const linkOf = (path: string): string | null => {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

const programOf = (pid: number): string => {
  const path = linkOf(`/proc/${pid}/exe`) ?? nameOf(pid)
  return path.replace(/ \(deleted\)$/, '').slice(0, MAX_PROGRAM)
}

const nameOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
