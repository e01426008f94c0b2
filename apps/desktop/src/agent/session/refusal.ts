import type { IncomingMessage } from 'node:http'
import { isErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

const MAX_BODY = 16 * 1024

const body = z.object({ code: z.string().refine(isErrorCode), message: z.string().max(2000) })

/** The coded error of a refused upgrade; null when it is none of ours. */
export const errorBody = async (response: IncomingMessage): Promise<SallyportError | null> => {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MAX_BODY) return null
    parts.push(part)
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'))
    const inner = z.object({ error: body }).safeParse(parsed)
    const { code, message } = inner.success ? inner.data.error : body.parse(parsed)
    return new SallyportError(code, { message })
  } catch {
    return null
  }
}
