/** What processes cost, as the kernel counts it. Linux only: everything comes from /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/** Jiffies per second in /proc/<pid>/stat; 100 on every Linux that Node runs on (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100

export const canCount = process.platform === 'linux'

interface Stat {
  readonly parent: number
  /** User and system time, with that of children already waited for. */
  readonly ticks: number
}

/** null: the process is gone. */
const readStat = (pid: number): Stat | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything; what follows it begins with field 3.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { parent: Number(fields[1]), ticks }
  } catch {
    return null
  }
}

/** These processes and all that they started, as far as they live. */
const withChildren = (roots: readonly number[]): Map<number, Stat> => {
  const all = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null
    if (stat !== null) all.set(Number(name), stat)
  }
  const isOurs = (pid: number): boolean => {
    const parent = all.get(pid)?.parent
    return roots.includes(pid) || (parent !== undefined && parent > 1 && isOurs(parent))
  }
  return new Map([...all].filter(([pid]) => isOurs(pid)))
}

/** Seconds of processor time that these processes and their children have used so far. */
export const cpuSeconds = (roots: readonly number[]): number => {
  let ticks = 0
  for (const stat of withChildren(roots).values()) ticks += stat.ticks
  return ticks / TICKS_PER_SECOND
}

/** Pages that n processes share count for an n-th part in each: the sum over several is what they really take. */
const proportionalKib = (pid: number): number => {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** What these processes and their children take together, KiB. */
export const proportionalMemory = (roots: readonly number[]): number => {
  let sum = 0
  for (const pid of withChildren(roots).keys()) sum += proportionalKib(pid)
  return sum
}

const residentKib = (pid: number): number => {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Resident memory of these processes and their children, KiB. Pages that several of them share count several times. */
export const memoryKib = (roots: readonly number[]): number => {
  let sum = 0
  for (const pid of withChildren(roots).keys()) sum += residentKib(pid)
  return sum
}
