/** What can be wrong with bytes, signatures and proofs of a log. The code is stable; the message is for a person. */
export type AuditLogErrorCode =
  /** Not in the form that the specification gives, or larger than its limits. */
  | 'malformed'
  /** A known key's signature does not verify, or none of a known key is there. */
  | 'signature-invalid'
  /** A proof does not lead to the root. */
  | 'proof-invalid'
  /** Hashes that are needed are not there. */
  | 'missing'

export class AuditLogError extends Error {
  readonly code: AuditLogErrorCode

  constructor(code: AuditLogErrorCode, message: string) {
    super(message)
    this.name = 'AuditLogError'
    this.code = code
  }
}

export const malformed = (message: string): AuditLogError => new AuditLogError('malformed', message)
