import { type ErrorCode, isErrorCode, SallyportError } from '@sallyport/protocol'
import { TransportError } from '@sallyport/transport'

/** Refusals that speak of the gateway or relay, not of the person: another one may do. */
const elsewhere: ReadonlySet<ErrorCode> = new Set([
  'gateway_unreachable',
  'gateway_draining',
  'gateway_isolated',
  'gateway_unknown',
  'relay_unavailable',
  'wrong_site',
  'identity_mismatch',
  'certificate_invalid',
  'certificate_expired',
  'certificate_revoked',
])

export const mayDoElsewhere = (code: ErrorCode): boolean => elsewhere.has(code)

/** What a person is told when a gateway could not be used: the gateway's own refusal where it gave one. */
export const gatewayFailure = (error: unknown): SallyportError => {
  if (error instanceof SallyportError) return error
  if (!(error instanceof TransportError)) return new SallyportError('internal', { cause: error })
  const { refusal } = error
  if (refusal !== null && isErrorCode(refusal.code)) {
    return new SallyportError(refusal.code, { message: refusal.message, cause: error })
  }
  switch (error.code) {
    case 'identity_mismatch':
      return new SallyportError('identity_mismatch', {
        message: 'The program at the gateway’s address is not that gateway.',
        cause: error,
      })
    case 'peer_untrusted':
    case 'certificate_refused':
      return new SallyportError('certificate_invalid', {
        message: isOutOfTime(error.cause)
          ? 'By the clock of this computer the gateway’s certificate is not valid now. Set its time and try again.'
          : `Gateway and client do not trust each other: ${error.message}.`,
        cause: error,
      })
    default:
      return new SallyportError('gateway_unreachable', { cause: error })
  }
}

/** Gateways renew their certificates long before these end: a clock that is wrong is by far the likelier reason. */
const isOutOfTime = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'CERT_NOT_YET_VALID' || cause.code === 'CERT_HAS_EXPIRED')
