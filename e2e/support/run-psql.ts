/** psql, run to its end on what a test says. */
import { type Finished, runProgram } from '@sallyport/testkit'

const SECONDS_TO_CONNECT = '60'

/** Runs each statement as a `-c` of its own; rows come bare, one a line. Nothing of the caller's environment reaches it. */
export const runPsql = (connection: string, ...statements: readonly string[]): Promise<Finished> =>
  runProgram({
    command: 'psql',
    args: [
      '--no-psqlrc',
      '--tuples-only',
      '--no-align',
      '--set=ON_ERROR_STOP=1',
      ...statements.flatMap((statement) => ['-c', statement]),
      connection,
    ],
    env: { PATH: process.env['PATH'], PGCONNECT_TIMEOUT: SECONDS_TO_CONNECT },
    timeoutMs: 90_000,
  })

/** What it printed. Throws what it said when it failed. */
export const psqlPrints = async (connection: string, ...statements: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await runPsql(connection, ...statements)
  if (code !== 0) throw new Error(`psql ended with ${code}: ${stderr}`)
  return stdout.trimEnd()
}

/**
 * The code in the FATAL error by which a connection was refused, with all of what psql said; throws when it was not. Gateways put it
 * in parentheses, agents in brackets.
 */
export const psqlRefusal = async (connection: string): Promise<{ readonly code: string; readonly text: string }> => {
  const { code: exit, stderr: text } = await runPsql(connection, 'select 1')
  const [, code] = /FATAL: .*[([](?:sallyport: )?([a-z_]+)[)\]]$/m.exec(text) ?? []
  if (exit !== 2 || code === undefined) throw new Error(`psql was not refused with a code (exit ${exit}): ${text}`)
  return { code, text }
}
