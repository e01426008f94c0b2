/**
 * The client side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), as PostgreSQL speaks it: the user name in
 * the exchange is empty, because the startup message named the user.
 *
 *   client-first  gs2-header "n=,r=" client-nonce
 *   server-first  "r=" client-nonce server-nonce ",s=" salt ",i=" iterations
 *   client-final  "c=" base64(gs2-header binding) ",r=" nonce ",p=" base64(ClientProof)
 *   server-final  "v=" base64(ServerSignature)  or  "e=" error
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { prepareSaslPassword } from './saslprep.ts'

export const SCRAM_SHA_256 = 'SCRAM-SHA-256'
export const SCRAM_SHA_256_PLUS = 'SCRAM-SHA-256-PLUS'

/** RFC 7677 §4: fewer would make a password easy to guess from one exchange. PostgreSQL's default is the same number. */
export const FEWEST_ITERATIONS = 4096
/** More would let a resource keep the gateway busy; two hundred times the default. */
export const MOST_ITERATIONS = 1_000_000

const KEY_LENGTH = 32
const NONCE_LENGTH = 24
const LONGEST_SALT = 1024

const deriveKey = promisify(pbkdf2)

/** The resource broke the exchange, or could not prove that it knows the password. */
export class ScramError extends Error {
  override readonly name = 'ScramError'
}

export interface ScramStart {
  readonly mechanism: typeof SCRAM_SHA_256 | typeof SCRAM_SHA_256_PLUS
  /** Sent as the initial response. */
  readonly clientFirst: string
  readonly gs2Header: string
  readonly clientFirstBare: string
  readonly nonce: string
  readonly binding: Buffer
}

export interface ScramOffer {
  /** What the resource says that it can do. */
  readonly mechanisms: readonly string[]
  /** tls-server-end-point data; null without TLS or where none is defined for the certificate. */
  readonly binding: Buffer | null
}

/**
 * Chooses the mechanism; null if the resource offers neither. Where we could bind but the resource does not offer to, the
 * flag "y" says so: a resource that can bind then knows that someone took its offer away, and refuses (RFC 5802 §6).
 */
export const startScram = (offer: ScramOffer, makeNonce = () => randomBytes(NONCE_LENGTH)): ScramStart | null => {
  const nonce = makeNonce().toString('base64')
  const clientFirstBare = `n=,r=${nonce}`
  if (offer.binding !== null && offer.mechanisms.includes(SCRAM_SHA_256_PLUS)) {
    const gs2Header = 'p=tls-server-end-point,,'
    const clientFirst = gs2Header + clientFirstBare
    return { mechanism: SCRAM_SHA_256_PLUS, clientFirst, gs2Header, clientFirstBare, nonce, binding: offer.binding }
  }
  if (!offer.mechanisms.includes(SCRAM_SHA_256)) return null
  const gs2Header = offer.binding === null ? 'n,,' : 'y,,'
  const clientFirst = gs2Header + clientFirstBare
  return { mechanism: SCRAM_SHA_256, clientFirst, gs2Header, clientFirstBare, nonce, binding: Buffer.alloc(0) }
}

/** RFC 5802 §7: base64 with padding, in one form only. */
const decodeBase64 = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

interface ServerFirst {
  readonly nonce: string
  readonly salt: Buffer
  readonly iterations: number
}

const parseServerFirst = (message: string, clientNonce: string): ServerFirst => {
  // Extensions (a leading "m=") must fail; optional ones after the iterations may be ignored (RFC 5802 §5.1).
  const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9][0-9]{0,8})(?:,.*)?$/.exec(message)
  if (match === null) throw new ScramError('the first message of the resource is malformed')
  const [, nonce = '', encodedSalt = '', iterations = ''] = match
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) throw new ScramError('the nonce is not ours')
  const salt = decodeBase64(encodedSalt)
  if (salt === null || salt.length === 0 || salt.length > LONGEST_SALT) throw new ScramError('the salt is malformed')
  return { nonce, salt, iterations: Number(iterations) }
}

const hmac = (key: Buffer, data: string | Buffer): Buffer => createHmac('sha256', key).update(data).digest()

const exclusiveOr = (left: Buffer, right: Buffer): Buffer => {
  const result = Buffer.allocUnsafe(left.length)
  for (let index = 0; index < left.length; index++) result[index] = left[index]! ^ right[index]!
  return result
}

export interface ScramProof {
  readonly clientFinal: string
  /** What the resource must answer to show that it knows the password too. */
  readonly serverSignature: Buffer
}

/** Answers the first message of the resource. Throws {@link ScramError}; overwrites every key that it derives. */
export const proveScram = async (start: ScramStart, serverFirst: string, password: Buffer): Promise<ScramProof> => {
  const { nonce, salt, iterations } = parseServerFirst(serverFirst, start.nonce)
  if (iterations < FEWEST_ITERATIONS) throw new ScramError(`${iterations} iterations are fewer than ${FEWEST_ITERATIONS}`)
  if (iterations > MOST_ITERATIONS) throw new ScramError(`${iterations} iterations are more than ${MOST_ITERATIONS}`)
  const prepared = prepareSaslPassword(password)
  const salted = await deriveKey(prepared, salt, iterations, KEY_LENGTH, 'sha256').finally(() => prepared.fill(0))
  const clientKey = hmac(salted, 'Client Key')
  const serverKey = hmac(salted, 'Server Key')
  const storedKey = createHash('sha256').update(clientKey).digest()

  const channel = Buffer.concat([Buffer.from(start.gs2Header), start.binding]).toString('base64')
  const withoutProof = `c=${channel},r=${nonce}`
  const authMessage = `${start.clientFirstBare},${serverFirst},${withoutProof}`
  const proof = exclusiveOr(clientKey, hmac(storedKey, authMessage))
  const serverSignature = hmac(serverKey, authMessage)
  for (const key of [salted, clientKey, serverKey, storedKey]) key.fill(0)
  return { clientFinal: `${withoutProof},p=${proof.toString('base64')}`, serverSignature }
}

/** Checks the last message of the resource, in constant time. Throws {@link ScramError}. */
export const verifyScram = (proof: ScramProof, serverFinal: string): void => {
  if (serverFinal.startsWith('e=')) throw new ScramError('the resource refused the exchange')
  const signature = serverFinal.startsWith('v=') ? decodeBase64(serverFinal.slice(2).split(',')[0] ?? '') : null
  if (signature === null || signature.length !== proof.serverSignature.length) {
    throw new ScramError('the last message of the resource is malformed')
  }
  if (!timingSafeEqual(signature, proof.serverSignature)) throw new ScramError('the resource does not know the password')
}
