/** COPY by psql: what somebody sees who exports or loads a table. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Path, libpqEnvironment } from '../paths/path.ts'
import { bulkMetrics } from './bulk.ts'
import type { Measurement } from './measurement.ts'
import { toValues, withCpu } from './with-cpu.ts'

interface CopyOut {
  readonly name: string
  readonly title: string
  readonly rowBytes: number
  /** Bytes per millisecond of pace, roughly what goes through in that time. */
  readonly bytesPerMillisecond: number
}

/** Runs psql between two files; resolves when it ended well. */
const psql = async (path: Path, options: { sql: string; input?: string; output?: string }): Promise<void> => {
  const input = options.input === undefined ? 'ignore' : openSync(options.input, 'r')
  const output = options.output === undefined ? 'ignore' : openSync(options.output, 'w')
  const child = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', options.sql], {
    env: libpqEnvironment(path.database!),
    stdio: [input, output, 'pipe'],
  })
  let complaint = ''
  child.stderr!.on('data', (text: Buffer) => (complaint += text.toString().slice(0, 2000)))
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`psql over ${path.name} ended with ${code}: ${complaint}`)
  } finally {
    for (const file of [input, output]) if (typeof file === 'number') closeSync(file)
  }
}

const timed = async (path: Path, bytes: number, work: () => Promise<void>) =>
  withCpu(path, async () => {
    const started = performance.now()
    await work()
    return { bytes, seconds: (performance.now() - started) / 1000 }
  })

const copyOut = ({ name, title, rowBytes, bytesPerMillisecond }: CopyOut): Measurement => ({
  name,
  title,
  metrics: bulkMetrics(name, title),
  suits: ({ database }) => database !== null,
  run: async (path, { milliseconds }) => {
    const rows = Math.ceil((milliseconds * bytesPerMillisecond) / rowBytes)
    const sql = `COPY (SELECT repeat('s', ${rowBytes}) FROM generate_series(1, ${rows})) TO STDOUT (FORMAT binary)`
    return toValues(name, await timed(path, rows * rowBytes, () => psql(path, { sql, output: '/dev/null' })))
  },
})

export const copyOutWide: Measurement = copyOut({
  name: 'copy-out-wide',
  title: 'COPY to the tool, rows of 8 KB',
  rowBytes: 8000,
  bytesPerMillisecond: 500_000,
})

export const copyOutNarrow: Measurement = copyOut({
  name: 'copy-out-narrow',
  title: 'COPY to the tool, rows of 100 bytes',
  rowBytes: 100,
  bytesPerMillisecond: 100_000,
})

/** Loads a file that `prepareLoad` made into a table; the server reads every row and keeps none. */
export const copyIn = (file: string): Measurement => ({
  name: 'copy-in',
  title: 'COPY from the tool, rows of 8 KB',
  metrics: bulkMetrics('copy-in', 'COPY from the tool, rows of 8 KB'),
  suits: ({ database }) => database !== null,
  run: async (path) => {
    const { size } = await stat(file)
    const sql = 'COPY sink FROM STDIN (FORMAT binary) WHERE false'
    return toValues('copy-in', await timed(path, size, () => psql(path, { sql, input: file })))
  },
})

export const prepareLoad = async (path: Path, load: { readonly file: string; readonly bytes: number }): Promise<void> => {
  const rows = Math.ceil(load.bytes / 8000)
  const sql = `COPY (SELECT repeat('s', 8000) FROM generate_series(1, ${rows})) TO STDOUT (FORMAT binary)`
  await psql(path, { sql, output: load.file })
}
