/** pgbench's select-only script: one indexed row for each query, as an application asks. */
import { runProgram } from '@sallyport/testkit'
import { type Path, type PathName, libpqEnvironment } from '../paths/path.ts'
import type { Measurement } from './measurement.ts'

const pgbench = async (path: Path, args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await runProgram({
    command: 'pgbench',
    args: ['-n', '-S', ...args],
    env: libpqEnvironment(path.database!),
    timeoutMs: 60_000,
  })
  if (code !== 0) throw new Error(`pgbench over ${path.name} ended with ${code}: ${stderr.slice(-1000)}`)
  return stdout
}

const perSecond = (output: string): number => {
  const found = /^tps = ([\d.]+)/m.exec(output)
  if (!found) throw new Error(`pgbench printed no tps:\n${output}`)
  return Number(found[1])
}

/** pgbench counts in whole seconds, and connecting is part of them. */
const secondsOf = (milliseconds: number, clients: number): string =>
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
      return { [name]: perSecond(await pgbench(path, args)) }
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
    return { connections: perSecond(await pgbench(path, args)) }
  },
}
