/**
 * Signed statements: the one form of everything that is signed and kept or passed on (tickets, lease requests, renewals,
 * receipts, trust bundles).
 *
 * On the wire a statement is one text of dot-separated base64url parts: `payload.signature1[.signature2…]`. The payload is
 * canonical JSON. Signature n covers
 *
 *     "sallyport-statement-v1" LF type LF n LF payload ( "." signature1 … "." signature n-1 )
 *
 * with payload and signatures in their base64url form. So a signature cannot be moved to another type or place, and two
 * signatures of two statements cannot be spliced: each later signer signs the earlier signatures too.
 */
import type { z } from 'zod'
import { fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes.ts'
import { type CanonicalValue, canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import { type ErrorCode, SallyportError } from './errors.ts'
import { SIGNATURE_LENGTH, type SignatureAlgorithm, type Signer, verifySignature } from './signing.ts'

/** Longest statement in characters: a trust bundle of a large organization. Callers pass tighter limits. */
export const MAX_STATEMENT_TEXT = 1024 * 1024

/** A kind of statement: its name under the signature, who signs it in which order, and the schema of its payload. */
export interface StatementType<Schema extends z.ZodType> {
  readonly name: string
  readonly signatures: readonly SignatureAlgorithm[]
  readonly payload: Schema
  /** Characters. */
  readonly maxLength: number
  /** What a malformed or wrongly signed statement of this type is answered with. */
  readonly error: ErrorCode
}

export const defineStatement = <Schema extends z.ZodType>(type: StatementType<Schema>): StatementType<Schema> => type

const signingInput = (type: string, parts: readonly string[]): Uint8Array =>
  utf8(`sallyport-statement-v1\n${type}\n${parts.length}\n${parts.join('.')}`)

/** Signs `payload` with each signer in turn. Throws a TypeError when the signers are not those the type asks for. */
export const signStatement = async <Schema extends z.ZodType>(
  type: StatementType<Schema>,
  payload: z.input<Schema>,
  signers: readonly Signer[],
): Promise<string> => {
  const fits =
    signers.length === type.signatures.length && signers.every((signer, index) => signer.algorithm === type.signatures[index])
  if (!fits) throw new TypeError(`${type.name} is signed by ${type.signatures.join(', then ')}`)
  const parts = [toBase64url(utf8(canonicalJson(type.payload.parse(payload) as CanonicalValue)))]
  for (const signer of signers) parts.push(toBase64url(await signer.sign(signingInput(type.name, parts))))
  return parts.join('.')
}

/** A statement whose form is right and whose signatures nobody has checked yet. */
export interface UnverifiedStatement<Payload> {
  readonly text: string
  readonly payload: Payload
}

/** Checks form and schema only: use it to learn whose keys to verify with, never to act upon. Throws `type.error`. */
export const parseStatement = <Schema extends z.ZodType>(
  type: StatementType<Schema>,
  text: string,
): UnverifiedStatement<z.output<Schema>> => {
  if (text.length > type.maxLength)
    throw new SallyportError(type.error, { message: `A ${type.name} is at most ${type.maxLength} characters.` })
  try {
    const [payload, ...signatures] = text.split('.', type.signatures.length + 2)
    if (signatures.length !== type.signatures.length) throw new TypeError(`${signatures.length} signatures`)
    if (signatures.some((signature) => fromBase64url(signature).length !== SIGNATURE_LENGTH))
      throw new TypeError('signature length')
    return { text, payload: type.payload.parse(parseCanonicalJson(fromUtf8(fromBase64url(payload!)))) }
  } catch (cause) {
    throw new SallyportError(type.error, { cause })
  }
}

/** Verifies every signature with the public keys in the order of `type.signatures`. Throws `type.error`. */
export const verifyStatement = async <Schema extends z.ZodType>(
  type: StatementType<Schema>,
  text: string,
  publicKeys: readonly Uint8Array[],
): Promise<z.output<Schema>> => {
  const { payload } = parseStatement(type, text)
  const parts = text.split('.')
  for (const [index, algorithm] of type.signatures.entries()) {
    const publicKey = publicKeys[index]
    const input = signingInput(type.name, parts.slice(0, index + 1))
    if (!publicKey || !(await verifySignature({ algorithm, publicKey }, input, fromBase64url(parts[index + 1]!)))) {
      throw new SallyportError(type.error, { cause: new Error(`signature ${index + 1} of ${type.name} does not verify`) })
    }
  }
  return payload
}

/**
 * Verifies one of a statement's signatures, for a party that holds only that signer's key; whoever acts upon the statement
 * verifies the others. `index` counts `type.signatures` from 0. Throws `type.error`.
 */
export const verifyStatementSignature = async <Schema extends z.ZodType>(
  type: StatementType<Schema>,
  text: string,
  signer: { readonly index: number; readonly publicKey: Uint8Array },
): Promise<z.output<Schema>> => {
  const { payload } = parseStatement(type, text)
  const algorithm = type.signatures[signer.index]
  if (!algorithm) throw new TypeError(`${type.name} has no signature ${signer.index}`)
  const parts = text.split('.')
  const input = signingInput(type.name, parts.slice(0, signer.index + 1))
  const { publicKey } = signer
  if (!(await verifySignature({ algorithm, publicKey }, input, fromBase64url(parts[signer.index + 1]!)))) {
    throw new SallyportError(type.error, { cause: new Error(`signature ${signer.index + 1} of ${type.name} does not verify`) })
  }
  return payload
}
