/** What the return values of PKCS #11 mean for the vault. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { CKR } from './cryptoki.ts'

/** All others: the device cannot be reached. */
const codes = new Map<number, ErrorCode>([
  [CKR.PIN_INCORRECT, 'kms_denied'],
  [CKR.PIN_EXPIRED, 'kms_denied'],
  [CKR.PIN_LOCKED, 'kms_sealed'],
  [CKR.KEY_FUNCTION_NOT_PERMITTED, 'kms_key_disabled'],
  [CKR.SESSION_COUNT, 'kms_throttled'],
])

/** Throws unless it is OK or one of `also`. */
export const requireOk = (result: number, what: string, also: readonly number[] = []): void => {
  if (result === CKR.OK || also.includes(result)) return
  const cause = new Error(`${what}: CKR 0x${result.toString(16)}`)
  throw new SallyportError(codes.get(result) ?? 'kms_unreachable', { cause })
}
