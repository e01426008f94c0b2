/** What a route declares, checked: its input on arrival, its answer before it leaves. */
import { fromUtf8, SallyportError } from '@sallyport/protocol'
import { issuePaths, type Route } from '@sallyport/protocol/api'
import type { z } from 'zod'

export interface RawInput {
  readonly parameters: unknown
  readonly query: unknown
  readonly body: Uint8Array
}

export interface ParsedInput {
  readonly parameters: unknown
  readonly query: unknown
  readonly body: unknown
}

const parseJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(fromUtf8(body))
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: 'The body is not JSON.', details: ['body'], cause })
  }
}

const parsePart = (schema: z.ZodType, value: unknown, part: string): unknown => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new SallyportError('invalid_request', { details: issuePaths(parsed.error, part), cause: parsed.error })
}

/** Throws `invalid_request`, whose details are the places that do not fit, never their values. */
export const parseInput = (route: Route, raw: RawInput): ParsedInput => {
  if (!route.body && raw.body.length > 0) throw new SallyportError('invalid_request', { message: 'This call has no body.' })
  return {
    parameters: route.parameters ? parsePart(route.parameters, raw.parameters, 'parameters') : undefined,
    query: route.query ? parsePart(route.query, raw.query, 'query') : undefined,
    body: route.body ? parsePart(route.body, parseJson(raw.body), 'body') : undefined,
  }
}

/** An answer of another form than declared is a mistake of ours: `internal`, with the places in the log. */
export const checkAnswer = (route: Route, answer: unknown): unknown => {
  const parsed = route.response.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new SallyportError('internal', { cause: parsed.error })
}
