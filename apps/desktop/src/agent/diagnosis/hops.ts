/** The way to a host, step by step: its name, a connection, and what only the caller knows to ask behind it. */
import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import { type ErrorCode, errorTable, SallyportError } from '@sallyport/protocol'
import type { Finding } from '../../shared/diagnosis.ts'

/** Milliseconds for each step. */
const STEP_LIMIT = 5_000
const MAX_DETAIL = 500

export interface Way {
  readonly area: Finding['area']
  readonly subject: string
  readonly host: string
  readonly port: number
  /** What a step that fails is answered with. */
  readonly code: ErrorCode
}

/** Why something failed, in a line: the public text, and the cause that the system gave. */
export const describeFailure = (error: unknown): string => {
  const parts: string[] = []
  for (let at: unknown = error; at instanceof Error && parts.length < 3; at = at.cause) parts.push(at.message)
  return (parts.join(': ') || String(error)).slice(0, MAX_DETAIL)
}

const codeOf = (error: unknown, otherwise: ErrorCode): ErrorCode =>
  error instanceof SallyportError && error.code !== 'internal' ? error.code : otherwise

const withLimit = async <Value>(work: Promise<Value>): Promise<Value> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${STEP_LIMIT / 1000} s`)), STEP_LIMIT)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const connectTo = (host: string, port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: STEP_LIMIT })
    socket.once('connect', () => {
      resolve(socket.remoteAddress ?? host)
      socket.destroy()
    })
    socket.once('timeout', () => {
      reject(new Error('no answer'))
      socket.destroy()
    })
    socket.once('error', reject)
  })

/** Runs one step; a failure is a finding, too. `work` returns what is worth saying. */
export const examineStep = async (
  { area, subject, code }: Pick<Way, 'area' | 'subject' | 'code'>,
  step: Finding['step'],
  work: () => Promise<string>,
): Promise<Finding> => {
  const begun = performance.now()
  const taken = (): number => Math.round((performance.now() - begun) * 10) / 10
  try {
    const detail = await withLimit(work())
    return { area, subject, step, state: 'ok', code: null, detail, milliseconds: taken() }
  } catch (error) {
    const found = codeOf(error, code)
    const detail = describeFailure(error) || errorTable[found].text
    return { area, subject, step, state: 'failed', code: found, detail, milliseconds: taken() }
  }
}

/** Found one after the other. What it returns says whether the way is open so far. */
export type Findings = AsyncGenerator<Finding, boolean>

/** Name and connection; the last finding is the one that failed, if one did. */
export async function* examineWay(way: Way): Findings {
  const { host, port } = way
  if (isIP(host) === 0) {
    const name = await examineStep(way, 'name', async () => {
      const found = await lookup(host, { all: true })
      return `${host} is ${found
        .map(({ address }) => address)
        .slice(0, 8)
        .join(', ')}`
    })
    yield name
    if (name.state === 'failed') return false
  }
  const connection = await examineStep(way, 'connection', async () => `${await connectTo(host, port)} answers on port ${port}`)
  yield connection
  return connection.state === 'ok'
}
