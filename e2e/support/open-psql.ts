/** A person's psql in the middle of something, to see whether and when it is cut. */
import { spawnProgram } from '@sallyport/testkit'

export interface OpenPsql {
  readonly pid: number
  /** Who it is on the server. */
  readonly user: string
  /** Resolves when psql has ended, with everything that it said. */
  readonly ended: Promise<string>
  /** False from the moment at which psql has ended. */
  readonly isOpen: boolean
  /** Ends it as its user does. */
  stop(): Promise<void>
}

/** How long it stays in its query, seconds: longer than any test. */
const LONG = 3_600

/** Connects, proves that it did, and stays in a long query: a cut connection ends it at once. */
export const openPsql = async (connection: string): Promise<OpenPsql> => {
  const program = await spawnProgram({
    command: 'psql',
    args: ['--no-psqlrc', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1', connection],
    env: { PATH: process.env['PATH'], PGCONNECT_TIMEOUT: '80' },
  })
  let isOpen = true
  const ended = program.exited.then(() => {
    isOpen = false
    return program.describe()
  })
  program.stdin.write(`select 'connected as ' || current_user;\nselect pg_sleep(${LONG});\n`)
  const [, user = ''] = await program.waitForLine(/^connected as (.+)$/, { timeoutMs: 90_000 })
  return {
    pid: program.pid,
    user,
    ended,
    get isOpen() {
      return isOpen
    },
    stop: async () => {
      await program.stop()
    },
  }
}
