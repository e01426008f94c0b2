import type { Duplex } from 'node:stream'
import { SallyportError } from '@sallyport/protocol'

/** Takes exactly so many bytes and leaves what is behind them. Throws `protocol_error` when the stream ends before. */
export const readExactly = (stream: Duplex, length: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const finish = (): void => {
      stream.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onEnd)
    }
    const onEnd = (cause?: unknown): void => {
      finish()
      reject(new SallyportError('protocol_error', { message: 'The tool closed the connection before it began.', cause }))
    }
    const onReadable = (): void => {
      const bytes = stream.read(length) as Buffer | null
      if (bytes === null) return
      if (bytes.length < length) return onEnd()
      finish()
      resolve(bytes)
    }
    stream.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onEnd)
    if (stream.destroyed || stream.readableEnded) onEnd()
    else onReadable()
  })
