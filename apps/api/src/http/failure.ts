/** Errors on their way out: a stable code for the caller, the cause for the log. */
import { SallyportError } from '@sallyport/protocol'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { databaseFailure } from '../db/failure.ts'

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Fastify's own refusals. */
const known: Readonly<Record<string, () => SallyportError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new SallyportError('payload_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new SallyportError('invalid_request', { message: 'The body must be application/json.' }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new SallyportError('invalid_request', { message: 'The body is not as long as it says.' }),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new SallyportError('invalid_request', { message: 'The body is empty.' }),
  FST_ERR_BAD_URL: () => new SallyportError('invalid_request', { message: 'The address is not valid.' }),
  FST_ERR_MAX_PARAM_LENGTH: () => new SallyportError('not_found'),
}

/** What the caller is told. Everything that is not ours becomes `internal`. */
export const toPublicError = (error: unknown): SallyportError => {
  if (error instanceof SallyportError) return error
  return known[codeOf(error)]?.() ?? databaseFailure(error) ?? new SallyportError('internal', { cause: error })
}

/** Answers with the error's code, and logs what only we may know. */
export const sendFailure = (
  error: unknown,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly logger: Logger | FastifyBaseLogger },
): FastifyReply => {
  const { request, reply, logger } = exchange
  const failure = toPublicError(error)
  const route = request.routeOptions.config.operation ?? null
  if (failure.code === 'internal') {
    logger.error({ event: 'call.failed', route, error: failure.cause ?? failure }, 'a call failed')
  } else {
    logger.info(
      { event: 'call.refused', route, code: failure.code, address: request.ip, cause: causeText(failure) },
      'call refused',
    )
  }
  return reply.code(failure.status).send({ error: failure.toBody() })
}

/** Causes of refusals are short texts of ours; nothing of the request is in them. */
const causeText = (failure: SallyportError): string | undefined =>
  failure.cause instanceof Error && failure.code !== 'invalid_request' ? failure.cause.message.slice(0, 300) : undefined
