/** What AWS answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'

const codes: Readonly<Record<string, ErrorCode>> = {
  // Security Token Service
  AccessDenied: 'store_denied',
  InvalidIdentityToken: 'store_denied',
  InvalidIdentityTokenException: 'store_denied',
  ExpiredToken: 'store_denied',
  ExpiredTokenException: 'store_denied',
  IDPRejectedClaim: 'store_denied',
  IDPRejectedClaimException: 'store_denied',
  IDPCommunicationError: 'store_unreachable',
  IDPCommunicationErrorException: 'store_unreachable',
  RegionDisabledException: 'store_wrong_region',
  // Secrets Manager
  AccessDeniedException: 'store_denied',
  UnrecognizedClientException: 'store_denied',
  InvalidSignatureException: 'store_denied',
  DecryptionFailure: 'store_denied',
  ResourceNotFoundException: 'store_secret_missing',
  // A secret that is about to be deleted.
  InvalidRequestException: 'store_secret_missing',
  InvalidParameterException: 'store_secret_missing',
  ThrottlingException: 'store_throttled',
  Throttling: 'store_throttled',
  LimitExceededException: 'store_throttled',
}

/** The clients' errors hold requests, and with them the token: only their name goes on. */
export const failureOf = (cause: unknown): SallyportError => {
  if (cause instanceof SallyportError) return cause
  const name = cause instanceof Error ? cause.name : 'unknown'
  return new SallyportError(codes[name] ?? 'store_unreachable', { cause: new Error(`AWS answered ${name.slice(0, 100)}`) })
}
