import { spawn } from 'node:child_process'

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Runs a program of PostgreSQL's own to its end. The environment holds what libpq needs and nothing of ours. */
export const run = (program: string, parameters: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      env: { PATH: `${process.env['PATH']}:/usr/lib/postgresql/15/bin`, LC_ALL: 'C.UTF-8', PGSSLMODE: 'disable', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })

/** psql without start-up files, stopping at the first error, rows without decoration. */
export const psql = (port: number, statements: string, options: RunOptions = {}): Promise<Outcome> =>
  run(
    'psql',
    ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', 'anybody', '-d', 'shop', '-f', '-'],
    {
      ...options,
      input: statements,
    },
  )
