/** Reading the head of a stream, and answering it. The protocol's `spec/stream-head.md`. */
import type { Duplex } from 'node:stream'
import {
  encodeFramedJson,
  FramedJsonDecoder,
  SallyportError,
  type StreamAnswer,
  type StreamHead,
  streamHead,
} from '@sallyport/protocol'
import type { z } from 'zod'

/** Milliseconds from the opening of a stream to the last byte of its head. */
export const HEAD_DEADLINE = 10_000
/** Milliseconds that a refused client gets to read why. */
const REFUSAL_LINGER = 5_000

/**
 * Reads the head; what came behind it is left in the stream. Rejects with `protocol_error` for one that is malformed, too long,
 * too late, or cut short.
 */
export const readHead = (stream: Duplex, deadlineMs: number = HEAD_DEADLINE): Promise<StreamHead> =>
  readFramed(stream, streamHead, deadlineMs)

/** As {@link readHead}, of another form. */
export const readFramed = <Schema extends z.ZodType>(
  stream: Duplex,
  schema: Schema,
  deadlineMs: number = HEAD_DEADLINE,
): Promise<z.output<Schema>> =>
  new Promise((resolve, reject) => {
    const decoder = new FramedJsonDecoder(schema)
    const finish = (): void => {
      clearTimeout(timer)
      stream.off('readable', onReadable)
      stream.off('end', onEnd)
      stream.off('close', onEnd)
    }
    const fail = (cause: unknown): void => {
      finish()
      reject(cause instanceof SallyportError ? cause : new SallyportError('protocol_error', { cause }))
    }
    const onEnd = (): void => fail(new Error('the stream ended within its head'))
    const onReadable = (): void => {
      try {
        for (let chunk = read(stream); chunk !== null; chunk = read(stream)) {
          const done = decoder.push(chunk)
          if (done === null) continue
          finish()
          if (done.rest.length > 0) stream.unshift(done.rest)
          resolve(done.value)
          return
        }
      } catch (error) {
        fail(error)
      }
    }
    const timer = setTimeout(() => fail(new Error('the head came too late')), deadlineMs)
    stream.on('readable', onReadable)
    stream.on('end', onEnd)
    stream.on('close', onEnd)
  })

const read = (stream: Duplex): Buffer | null => stream.read() as Buffer | null

export const writeAnswer = (stream: Duplex, answer: StreamAnswer): void => {
  stream.write(encodeFramedJson(answer))
}

/** Sends the last thing of a stream and closes it, also if the peer does not. */
export const finishWith = (stream: Duplex, answer: StreamAnswer): void => {
  const timer = setTimeout(() => stream.destroy(), REFUSAL_LINGER)
  timer.unref()
  stream.once('close', () => clearTimeout(timer))
  stream.resume()
  stream.end(encodeFramedJson(answer))
}

/** What the client is told of an error: code and public text, never the cause. */
export const refusalOf = (error: unknown): StreamAnswer => {
  const { code, message } = error instanceof SallyportError ? error : new SallyportError('internal')
  return { ok: false, error: { code, message: message.slice(0, 1024) } }
}
