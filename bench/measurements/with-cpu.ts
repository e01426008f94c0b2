import type { Path } from '../paths/path.ts'
import { canCount, cpuSeconds } from '../processes.ts'
import type { Values } from './measurement.ts'

export interface Carried {
  readonly megabytesPerSecond: number
  /** null: there is no process, or nothing counts it. */
  readonly cpuPerGigabyte: number | null
}

/** Runs a transfer and tells what the path's own processes needed for it, both sides together. */
export const withCpu = async <Result extends { readonly bytes: number; readonly seconds: number }>(
  path: Path,
  transfer: () => Promise<Result>,
): Promise<Carried> => {
  const processes = [...path.near, ...path.far]
  const before = canCount ? cpuSeconds(processes) : 0
  const { bytes, seconds } = await transfer()
  const used = canCount ? cpuSeconds(processes) - before : 0
  const counted = canCount && processes.length > 0
  return { megabytesPerSecond: bytes / seconds / 1e6, cpuPerGigabyte: counted ? used / (bytes / 1e9) : null }
}

export const toValues = (name: string, carried: Carried): Values => ({
  [name]: carried.megabytesPerSecond,
  ...(carried.cpuPerGigabyte === null ? {} : { [`${name}-cpu`]: carried.cpuPerGigabyte }),
})
