/** What a path costs when nobody uses it. */
import { setTimeout as pause } from 'node:timers/promises'
import { canCount, memoryKib } from '../processes.ts'
import type { Measurement } from './measurement.ts'

/** Start-up work is over by then. */
const SETTLE_MS = 1000

const title = 'Memory of the processes before anything was carried'

export const idleProcesses: Measurement = {
  name: 'idle-process',
  title,
  metrics: [
    { name: 'idle-process-near', title: `${title}, tool's side`, unit: 'MB', better: 'lower' },
    { name: 'idle-process-far', title: `${title}, database's side`, unit: 'MB', better: 'lower' },
  ],
  fresh: true,
  rounds: 1,
  suits: ({ near, far }) => canCount && near.length + far.length > 0,
  run: async ({ near, far }) => {
    await pause(SETTLE_MS)
    const megabytes = (processes: readonly number[]): number => (memoryKib(processes) * 1024) / 1e6
    return {
      ...(near.length > 0 ? { 'idle-process-near': megabytes(near) } : {}),
      ...(far.length > 0 ? { 'idle-process-far': megabytes(far) } : {}),
    }
  },
}
