/** pgbench's select-only script: one indexed row for each query, as an application asks. */
import { runProgram } from '@sallyport/testkit'
import { type DatabaseAccess, type PathName, libpqEnvironment } from '../paths/path.ts'
import type { Measurement } from './measurement.ts'

const numberIn = (output: string, pattern: RegExp): number => {
  const found = pattern.exec(output)?.[1]
  if (found === undefined) throw new Error(`pgbench printed no ${pattern.source}:\n${output}`)
  return Number(found)
}

/** Transactions are queries. */
export const pgbench = async (
  access: DatabaseAccess,
  args: readonly string[],
): Promise<{ readonly perSecond: number; readonly transactions: number }> => {
  const { code, stdout, stderr } = await runProgram({
    command: 'pgbench',
    args: ['-n', '-S', ...args],
    env: libpqEnvironment(access),
    timeoutMs: 60_000,
  })
  if (code !== 0) throw new Error(`pgbench ended with ${code}: ${stderr.slice(-1000)}`)
  return { perSecond: numberIn(stdout, /^tps = ([\d.]+)/m), transactions: numberIn(stdout, /actually processed: (\d+)/) }
}

/** pgbench counts in whole seconds, and connecting is part of them. */
export const secondsOf = (milliseconds: number, clients: number): string =>
  String(Math.max(1, Math.round(milliseconds / 1000)) + Math.floor(clients / 32))

const usual: readonly PathName[] = ['direct', 'ssh', 'stunnel', 'pgbouncer', 'raw', 'sallyport']

const queries = (clients: number, mode: 'simple' | 'prepared'): Measurement => {
  const name = `queries-${mode}-c${clients}`
  const title = `Queries per second, ${mode}, ${clients} ${clients === 1 ? 'client' : 'clients'}`
  return {
    name,
    title,
    metrics: [{ name, title, unit: '/s', better: 'higher' }],
    // What TLS to the database itself costs shows at one size; HAProxy there is much like stunnel.
    suits: ({ name: path, database }) => database !== null && (usual.includes(path) || (clients === 8 && mode === 'simple')),
    run: async (path, { milliseconds }) => {
      const threads = Math.min(clients, 2)
      const args = ['-M', mode, '-c', `${clients}`, '-j', `${threads}`, '-T', secondsOf(milliseconds, clients)]
      return { [name]: (await pgbench(path.database!, args)).perSecond }
    },
  }
}

export const queryMeasurements: readonly Measurement[] = (['simple', 'prepared'] as const).flatMap((mode) =>
  [1, 8, 32].map((clients) => queries(clients, mode)),
)

const title = 'Connections per second to the database with a query each, 4 clients'

export const newConnections: Measurement = {
  name: 'connections',
  title,
  metrics: [{ name: 'connections', title, unit: '/s', better: 'higher' }],
  suits: ({ database }) => database !== null,
  run: async (path, { milliseconds }) => {
    const args = ['-C', '-c', '4', '-j', '2', '-T', secondsOf(milliseconds, 4)]
    return { connections: (await pgbench(path.database!, args)).perSecond }
  },
}
