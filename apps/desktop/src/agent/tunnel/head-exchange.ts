/** Opens a stream: head and first bytes in one write, then the gateway's answer. `spec/stream-head.md`. */
import type { Duplex } from 'node:stream'
import {
  encodeFramedJson,
  FramedJsonDecoder,
  SallyportError,
  type StreamAnswer,
  streamAnswer,
  type StreamHead,
} from '@sallyport/protocol'
import { type MuxSession, type MuxStream, TransportError } from '@sallyport/transport'

/** Milliseconds for the answer: an unlock asks the API, which asks vault and log. */
const ANSWER_LIMIT = 30_000

export type Granted = Extract<StreamAnswer, { ok: true }>

export interface OpenedStream {
  readonly stream: MuxStream
  readonly answer: Granted
  /** Bytes of the head, which the stream counts too. */
  readonly headLength: number
}

/**
 * Throws `SallyportError` with the gateway's own code when it answered with a refusal, `TransportError` when no answer came: then
 * nothing is known about what became of the head.
 */
export const openStream = async (
  mux: MuxSession,
  request: { readonly head: StreamHead; readonly first?: Uint8Array; readonly signal?: AbortSignal },
): Promise<OpenedStream> => {
  const stream = mux.openStream()
  const head = encodeFramedJson(request.head)
  stream.write(request.first ? Buffer.concat([head, request.first]) : head)
  try {
    const answer = await readGranted(stream, request.signal)
    return { stream, answer, headLength: head.length }
  } catch (error) {
    stream.destroy()
    throw error
  }
}

/** The answer at the head of a stream; what came behind it is left there. Throws as {@link openStream}. */
export const readGranted = async (stream: Duplex, signal: AbortSignal | undefined): Promise<Granted> => {
  const answer = await readAnswer(stream, signal)
  if (answer.ok) return answer
  const { code, message } = answer.error
  throw new SallyportError(code, { message })
}

const readAnswer = (stream: Duplex, signal: AbortSignal | undefined): Promise<StreamAnswer> =>
  new Promise((resolve, reject) => {
    const decoder = new FramedJsonDecoder(streamAnswer)
    const finish = (): void => {
      clearTimeout(timer)
      stream.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', fail)
      signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: Error): void => {
      finish()
      reject(error)
    }
    const lost = (why: string): void => fail(new TransportError('stream_closed', why))
    const onEnd = (): void => lost('the gateway closed the stream without an answer')
    const onAbort = (): void => fail(new TransportError('aborted', 'the connection was given up'))
    const onReadable = (): void => {
      try {
        for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
          const done = decoder.push(chunk)
          if (done === null) continue
          finish()
          if (done.rest.length > 0) stream.unshift(done.rest)
          resolve(done.value)
          return
        }
      } catch (error) {
        fail(error instanceof Error ? error : new TransportError('protocol_error', String(error)))
      }
    }
    const timer = setTimeout(() => lost('the gateway did not answer in time'), ANSWER_LIMIT)
    stream.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', fail)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort)
  })
