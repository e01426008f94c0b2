import { TransportError, type TransportErrorCode } from '../errors.ts'

/** Verification errors of OpenSSL as Node names them: `error.code` has no `ERR_` in front. */
const untrusted = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** The alerts by which the other end refuses our certificate (RFC 8446 §6.2). */
const certificateAlert = /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)/

/** Says what went wrong while connecting, from what Node threw. */
export function tlsFailure(error: Error): TransportError {
  if (error instanceof TransportError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const [kind, text] = describe(code)
  return new TransportError(kind, `${text}${code === '' ? '' : ` (${code})`}`, { cause: error })
}

function describe(code: string): [TransportErrorCode, string] {
  if (untrusted.has(code)) return ['peer_untrusted', "the other end's certificate is not trusted"]
  if (certificateAlert.test(code)) return ['certificate_refused', 'the other end refused our certificate']
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return ['tls_failed', 'the TLS handshake was not done in time']
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return ['tls_failed', 'the TLS handshake failed']
  return ['unreachable', 'the connection could not be made']
}
