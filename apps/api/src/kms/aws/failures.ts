/** What AWS KMS answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'

const codes: Readonly<Record<string, ErrorCode>> = {
  InvalidCiphertextException: 'secret_unavailable',
  IncorrectKeyException: 'secret_unavailable',
  ValidationException: 'secret_unavailable',
  AccessDeniedException: 'kms_denied',
  UnrecognizedClientException: 'kms_denied',
  InvalidSignatureException: 'kms_denied',
  IncompleteSignature: 'kms_denied',
  ExpiredTokenException: 'kms_denied',
  CredentialsProviderError: 'kms_denied',
  NotFoundException: 'kms_key_missing',
  InvalidArnException: 'kms_wrong_region',
  DisabledException: 'kms_key_disabled',
  KeyUnavailableException: 'kms_key_disabled',
  RequestTimeTooSkewed: 'kms_clock_wrong',
  ThrottlingException: 'kms_throttled',
  LimitExceededException: 'kms_throttled',
  KMSInternalException: 'kms_unreachable',
  DependencyTimeoutException: 'kms_unreachable',
}

const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined

/** A key that waits for its deletion, or whose material is missing, is in a state that the message names. */
const codeOfState = (cause: unknown): ErrorCode =>
  /pending ?deletion/i.test(String(propertyOf(cause, 'message'))) ? 'kms_key_pending_deletion' : 'kms_key_disabled'

export const failureOf = (cause: unknown): SallyportError => {
  if (cause instanceof SallyportError) return cause
  const name = propertyOf(cause, 'name')
  if (name === 'KMSInvalidStateException') return new SallyportError(codeOfState(cause), { cause })
  if (name === 'InvalidSignatureException') {
    const message = String(propertyOf(cause, 'message'))
    if (/scoped to a valid region/.test(message)) return new SallyportError('kms_wrong_region', { cause })
    if (/signature (?:expired|not yet current)/i.test(message)) return new SallyportError('kms_clock_wrong', { cause })
  }
  return new SallyportError((typeof name === 'string' ? codes[name] : undefined) ?? 'kms_unreachable', { cause })
}
