/** Calls of Vault's HTTP API, as far as the transit engine needs them. */
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { readPrivateFile } from '../../keys/key-file.ts'
import { SallyportError } from '@sallyport/protocol'
import { failureOfAnswer, failureOfConnection } from './failures.ts'

export interface TransitClientOptions {
  /** `https://host[:port]`. */
  readonly address: string
  /** A file that only this account can read; read at each call, because agents of the service renew it there. */
  readonly tokenFile: string
  /** PEM; null: the system's authorities. */
  readonly authorityFile: string | null
}

export interface TransitClient {
  get(path: string, signal: AbortSignal): Promise<unknown>
  post(path: string, body: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>
  close(): Promise<void>
}

const MAX_TOKEN = 4096
const MAX_ANSWER = 64 * 1024
const MAX_SOCKETS = 16

interface Answer {
  readonly status: number
  readonly body: Buffer
}

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: Buffer
  readonly signal: AbortSignal
}

const parse = (answer: Answer): unknown => {
  try {
    return JSON.parse(answer.body.toString('utf8')) as unknown
  } catch (cause) {
    throw new SallyportError('kms_unreachable', { cause })
  }
}

const readToken = async (file: string): Promise<string> => {
  try {
    return (await readPrivateFile(file, MAX_TOKEN)).toString('utf8').trim()
  } catch (cause) {
    throw new SallyportError('kms_denied', { cause })
  }
}

export const transitClient = ({ address, tokenFile, authorityFile }: TransitClientOptions): TransitClient => {
  const agent = (async (): Promise<Agent> => {
    const ca = authorityFile === null ? {} : { ca: await readFile(authorityFile) }
    return new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, ...ca })
  })()
  // Whoever calls first hears of it.
  agent.catch(() => undefined)

  const send = async (call: Call): Promise<Answer> => {
    const token = await readToken(tokenFile)
    const answer = Promise.withResolvers<Answer>()
    const outgoing = request(
      new URL(`/v1/${call.path}`, address),
      {
        method: call.method,
        agent: await agent,
        signal: call.signal,
        headers: {
          'X-Vault-Token': token,
          'X-Vault-Request': 'true',
          ...(call.body ? { 'Content-Type': 'application/json' } : {}),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = []
        let length = 0
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > MAX_ANSWER) incoming.destroy(new Error('an answer longer than expected'))
          else chunks.push(chunk)
        })
        incoming.on('end', () => {
          const body = Buffer.concat(chunks)
          for (const chunk of chunks) chunk.fill(0)
          answer.resolve({ status: incoming.statusCode ?? 0, body })
        })
        incoming.on('error', answer.reject)
      },
    )
    outgoing.on('error', answer.reject)
    outgoing.end(call.body)
    return answer.promise
  }

  const ask = async (call: Call): Promise<unknown> => {
    const answer = await send(call).catch((cause: unknown) => {
      throw failureOfConnection(cause)
    })
    try {
      const value = parse(answer)
      if (answer.status !== 200) throw failureOfAnswer(answer.status, value)
      return value
    } finally {
      answer.body.fill(0)
      call.body?.fill(0)
    }
  }
  return {
    get: (path, signal) => ask({ method: 'GET', path, signal }),
    post: (path, body, signal) => ask({ method: 'POST', path, body: Buffer.from(JSON.stringify(body)), signal }),
    close: async () => (await agent).destroy(),
  }
}
