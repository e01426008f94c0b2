/**
 * How a host answers its renderer: the request is parsed, the agent's own methods are passed on, the host's few are run, and
 * what went wrong becomes plain data with a code. Nothing that arrives from a page is believed before it is parsed.
 */
import { SallyportError } from '@sallyport/protocol'
import { issuePaths } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { AppAnswer } from '../shared/app-messages.ts'
import {
  answeredWhileLocked,
  appMethods,
  type AppMethodName,
  appRequest,
  type AppResult,
  passedOnMethods,
} from '../shared/app-api.ts'
import type { LocalMethodName } from '../shared/local-api.ts'

const MAX_MESSAGE = 2_000
const MAX_DETAILS = 64

type HostMethodName = Exclude<AppMethodName, LocalMethodName>

/** What a host does itself. Parameters are parsed before, results after. */
export type HostHandlers = {
  readonly [Name in HostMethodName]: (params: z.output<(typeof appMethods)[Name]['params']>) => Promise<AppResult<Name>>
}

/** What the agent is asked on the renderer's behalf; it parses the parameters itself. */
export type AskAgent = (method: Exclude<AppMethodName, HostMethodName>, params: unknown) => Promise<unknown>

export interface AnswerServices {
  readonly askAgent: AskAgent
  readonly handlers: HostHandlers
  /** Whether the page may neither see nor do anything but unlock. */
  readonly isLocked: () => Promise<boolean>
  /** Told what must not reach the page: the cause of a defect. */
  readonly onDefect: (method: string, error: unknown) => void
}

/** Answers a request of a renderer. Rejects with `protocol_error` when it is none, so that no answer can be addressed. */
export const answerApp =
  ({ askAgent, handlers, isLocked, onDefect }: AnswerServices) =>
  async (message: unknown): Promise<AppAnswer> => {
    const request = appRequest.safeParse(message)
    if (!request.success) {
      const details = issuePaths(request.error, 'request').slice(0, MAX_DETAILS)
      throw new SallyportError('protocol_error', { message: 'The app does not know this request.', details })
    }
    const { id, method, params } = request.data
    try {
      if (!answeredWhileLocked.has(method) && (await isLocked())) throw new SallyportError('app_locked')
      const result = isHostMethod(method) ? await runOwn(handlers, method, params) : await askAgent(method, params ?? {})
      return { id, result: appMethods[method].result.parse(result) }
    } catch (error) {
      const coded = error instanceof SallyportError ? error : new SallyportError('internal', { cause: error })
      if (coded.code === 'internal') onDefect(method, error)
      return { id, error: plainError(coded) }
    }
  }

const isHostMethod = (method: AppMethodName): method is HostMethodName => !passedOnMethods.has(method)

const runOwn = (handlers: HostHandlers, method: HostMethodName, params: unknown): Promise<unknown> => {
  const parsed = (appMethods[method].params as z.ZodType).safeParse(params ?? {})
  if (!parsed.success) throw new SallyportError('invalid_request', { details: issuePaths(parsed.error, 'params') })
  const handler = handlers[method] as (given: unknown) => Promise<unknown>
  return handler(parsed.data)
}

/** As it crosses to a page. */
const plainError = ({ code, message, details }: SallyportError) => ({
  code,
  message: message.slice(0, MAX_MESSAGE),
  ...(details ? { details: details.slice(0, MAX_DETAILS).map((detail) => detail.slice(0, 300)) } : {}),
})

/** For a handler of something this host cannot do: the renderer shows no button for it. */
export const cannotHere = (what: string): SallyportError =>
  new SallyportError('forbidden', { message: `${what} works in the app only.` })
