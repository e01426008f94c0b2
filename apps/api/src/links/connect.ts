/** Another role's operations, called over HTTPS: the same interface as in one process. */
import { Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, isErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import type { ProgramRole } from '../db/roles.ts'
import type { LinkIdentity } from './identity.ts'
import type { LinkOf, Operation, Operations } from './operation.ts'
import { roleHostName } from './role-names.ts'
import type { Address } from './serve.ts'

/** The largest answer is a page of audit entries. */
const MAX_RESPONSE = 48 * 1024 * 1024
const CALL_TIMEOUT = 20_000
const RETRY = 100

const accepts = ({ host, port }: Address): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CALL_TIMEOUT })
    const answer = (accepted: boolean) => () => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false))
  })

/** Waits at most `patience` milliseconds for a role that is just starting. Whether it came is for the first call to find out. */
export const awaitListening = async (address: Address, patience: number): Promise<void> => {
  const end = performance.now() + patience
  while (!(await accepts(address)) && performance.now() < end) await sleep(RETRY)
}

export interface ConnectLinkOptions<Table extends Operations> {
  readonly identity: LinkIdentity
  readonly operations: Table
  /** Whom to reach, where, and by which certificate (PEM) it is known. */
  readonly role: ProgramRole
  readonly address: Address
  readonly certificate: string
  /** What a call is answered with when the role does not answer. */
  readonly unavailable: ErrorCode
}

export interface ConnectedLink<Table extends Operations> {
  readonly link: LinkOf<Table>
  close(): void
}

const envelope = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), output: z.unknown() }),
  z.strictObject({
    ok: z.literal(false),
    error: z.strictObject({
      code: z.string().refine(isErrorCode),
      message: z.string().max(4096),
      details: z.array(z.string().max(1024)).max(100).optional(),
    }),
  }),
])

const readAnswer = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_RESPONSE) throw new Error('the answer is longer than any answer is')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export const connectLink = <Table extends Operations>(options: ConnectLinkOptions<Table>): ConnectedLink<Table> => {
  const { identity, operations, address, role, unavailable } = options
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 32,
    cert: identity.certificate,
    key: identity.privateKey,
    ca: [options.certificate],
    servername: roleHostName(role),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
  })

  const post = (name: string, body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const target = { host: address.host, port: address.port, path: `/${name}`, method: 'POST', headers, agent }
      const sent = request({ ...target, signal: AbortSignal.timeout(CALL_TIMEOUT) }, (response) => {
        readAnswer(response).then(resolve, reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })

  const exchange = async (name: string, operation: Operation, input: unknown) => {
    const body = JSON.stringify(z.encode(operation.input, input))
    try {
      const text = await post(name, body)
      const received = envelope.parse(JSON.parse(text))
      return received.ok ? { output: z.decode(operation.output, received.output) } : { error: received.error }
    } catch (cause) {
      throw new SallyportError(unavailable, { cause })
    }
  }

  const callTo = (name: string, operation: Operation) => async (input: unknown) => {
    const result = await exchange(name, operation, input)
    if ('output' in result) return result.output
    const { code, message, details } = result.error
    throw new SallyportError(code as ErrorCode, { message, ...(details === undefined ? {} : { details }) })
  }

  const link = Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, callTo(name, operation)]))
  return { link: link as unknown as LinkOf<Table>, close: () => agent.destroy() }
}
