/**
 * What a server keeps of a password (RFC 5803, as PostgreSQL writes it: src/common/scram-common.c), made here, so that neither
 * the server's log nor anybody on the way to it sees the password of a CREATE or ALTER ROLE.
 *
 *   "SCRAM-SHA-256" "$" iterations ":" base64(salt) "$" base64(StoredKey) ":" base64(ServerKey)
 */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { prepareSaslPassword } from './saslprep.ts'
import { FEWEST_ITERATIONS } from './scram.ts'

const KEY_LENGTH = 32
/** As many as PostgreSQL takes itself. */
const SALT_LENGTH = 16

const deriveKey = promisify(pbkdf2)

/** Overwrites every key that it derives; the password stays the caller's. */
export const scramVerifier = async (password: Buffer, salt = randomBytes(SALT_LENGTH)): Promise<string> => {
  const prepared = prepareSaslPassword(password)
  const salted = await deriveKey(prepared, salt, FEWEST_ITERATIONS, KEY_LENGTH, 'sha256').finally(() => prepared.fill(0))
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  salted.fill(0)
  clientKey.fill(0)
  return `SCRAM-SHA-256$${FEWEST_ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
