/** Streams through a gateway, opened by a head that a test wrote; and enough of PostgreSQL to know whether there is access. */
import type { Duplex } from 'node:stream'
import { encodeFramedJson, FramedJsonDecoder, type StreamAnswer, streamAnswer, type StreamHead } from '@sallyport/protocol'
import type { MuxSession, MuxStream } from '@sallyport/transport'

const ANSWER_LIMIT = 60_000
/** Longest message of a server that is read here, bytes. */
const MAX_MESSAGE = 1024 * 1024

export interface OpenedStream {
  readonly stream: MuxStream
  readonly answer: StreamAnswer
}

/** Reads from a stream until `take` returns something; what it left over goes back. Rejects when the stream ends before. */
const readUntil = <Value>(
  stream: Duplex,
  take: (chunk: Buffer) => { readonly value: Value; readonly rest: Uint8Array } | null,
): Promise<Value> =>
  new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      stream.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', fail)
    }
    const fail = (error: Error): void => {
      finish()
      reject(error)
    }
    const onEnd = (): void => fail(new Error('the stream ended before an answer'))
    const onReadable = (): void => {
      try {
        for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
          const done = take(chunk)
          if (done === null) continue
          finish()
          if (done.rest.length > 0) stream.unshift(Buffer.from(done.rest))
          resolve(done.value)
          return
        }
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const timer = setTimeout(() => fail(new Error(`no answer in ${ANSWER_LIMIT} ms`)), ANSWER_LIMIT)
    stream.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', fail)
    onReadable()
  })

/** Sends a head and returns the gateway's answer, also a refusal, with the stream behind it. */
export const openStream = async (mux: MuxSession, head: StreamHead | Uint8Array): Promise<OpenedStream> => {
  const stream = mux.openStream()
  // Whoever uses the stream afterwards sees its error there, or in what it was waiting for.
  stream.on('error', () => undefined)
  stream.write(head instanceof Uint8Array ? head : encodeFramedJson(head))
  return { stream, answer: await readAnswer(stream) }
}

export const readAnswer = (stream: Duplex): Promise<StreamAnswer> => {
  const decoder = new FramedJsonDecoder(streamAnswer)
  return readUntil(stream, (chunk) => decoder.push(chunk))
}

/** The code by which a gateway refused; null when it did not. */
export const refusalOf = (answer: StreamAnswer): string | null => (answer.ok ? null : answer.error.code)

/** Start-up of protocol 3.0 (PostgreSQL documentation, "Message Formats"). */
const startupMessage = (parameters: Readonly<Record<string, string>>): Buffer => {
  const text = Object.entries(parameters).flatMap(([name, value]) => [name, value])
  const body = Buffer.from(`${text.join('\0')}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(head.length + body.length, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
}

const fieldOf = (body: Buffer, type: string): string =>
  body
    .toString()
    .split('\0')
    .find((field) => field.startsWith(type))
    ?.slice(1) ?? ''

/** Reads messages until `wanted` says so; returns what it said. An ErrorResponse rejects with its SQLSTATE and message. */
const readMessages = <Value>(stream: MuxStream, wanted: (type: string, body: Buffer) => Value | null): Promise<Value> => {
  let held = Buffer.alloc(0)
  return readUntil(stream, (chunk) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 5) {
      const length = held.readInt32BE(1)
      if (length < 4 || length > MAX_MESSAGE) throw new Error(`a message of ${length} bytes`)
      if (held.length < 1 + length) return null
      const [type, body] = [String.fromCharCode(held[0]!), held.subarray(5, 1 + length)]
      held = held.subarray(1 + length)
      if (type === 'E') throw new Error(`${fieldOf(body, 'C')}: ${fieldOf(body, 'M')}`)
      const value = wanted(type, body)
      if (value !== null) return { value, rest: held }
    }
    return null
  })
}

/** ReadyForQuery. */
const untilReady = (type: string): true | null => (type === 'Z' ? true : null)

/** Starts a PostgreSQL connection on an open stream; resolves when it takes queries, so that access is proven. */
export const startPostgres = async (stream: MuxStream, database: string): Promise<void> => {
  stream.write(startupMessage({ user: 'whoever', database }))
  await readMessages(stream, untilReady)
}

/** The first column of the first row of a simple query on a started connection; null for no row or NULL. */
export const queryPostgres = async (stream: MuxStream, sql: string): Promise<string | null> => {
  const text = Buffer.from(`${sql}\0`)
  const message = Buffer.alloc(5)
  message.write('Q')
  message.writeInt32BE(4 + text.length, 1)
  stream.write(Buffer.concat([message, text]))
  let first: string | null = null
  await readMessages(stream, (type, body) => {
    if (type === 'D' && first === null && body.readInt16BE(0) > 0) {
      const length = body.readInt32BE(2)
      if (length >= 0) first = body.toString('utf8', 6, 6 + length)
    }
    return untilReady(type)
  })
  return first
}
