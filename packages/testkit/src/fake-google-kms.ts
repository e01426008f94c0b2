/**
 * An honest fake of Google Cloud KMS under the vendor's own library: it verifies the token that the service account signed,
 * binds additional data, keeps versions with states, and refuses in the service's own words.
 */
import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FakeKeyRing, fakeKeyRing } from './fake-key-ring.ts'
import { type FakeAnswer, type FakeRequest, startFakeServer } from './fake-server.ts'
import { type FakeTls, trustEnvironment } from './fake-tls.ts'

const ACCOUNT = 'vault@sallyport-test.iam.gserviceaccount.com'
const SCOPE = 'https://www.googleapis.com/auth/cloudkms'

export type FakeVersionState = 'ENABLED' | 'DISABLED' | 'DESTROY_SCHEDULED'

interface FakeCryptoKey {
  readonly name: string
  readonly ring: FakeKeyRing
  state: FakeVersionState
}

/** The fields of the requests that the driver sends. */
interface Input {
  readonly plaintext?: string
  readonly ciphertext?: string
  readonly additionalAuthenticatedData?: string
}

const refused = (code: number, status: string, message = status): FakeAnswer => ({
  status: code,
  body: { error: { code, status, message } },
})

const partOf = (part: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8')) as Record<string, unknown>

const VERSION_BYTES = 4

export const startFakeGoogleKms = async (tls?: FakeTls) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keys = new Map<string, FakeCryptoKey>()

  const isSignedByAccount = (authorization: string | undefined): boolean => {
    const [head, payload, signature] = (authorization ?? '').replace(/^Bearer /, '').split('.')
    if (head === undefined || payload === undefined || signature === undefined) return false
    const signed = Buffer.from(`${head}.${payload}`)
    if (partOf(head)['alg'] !== 'RS256') return false
    if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))) return false
    const { iss, sub, scope, exp, iat } = partOf(payload)
    const now = Date.now() / 1000
    return iss === ACCOUNT && sub === ACCOUNT && scope === SCOPE && Number(iat) <= now + 60 && Number(exp) > now
  }
  const carryOut = (key: FakeCryptoKey, operation: string, request: FakeRequest): FakeAnswer => {
    const version = `${key.name}/cryptoKeyVersions/${key.ring.version()}`
    if (operation === '') return { status: 200, body: { name: key.name, primary: { name: version, state: key.state } } }
    if (key.state !== 'ENABLED') {
      return refused(400, 'FAILED_PRECONDITION', `${version} is not enabled, current state is: ${key.state}.`)
    }
    const input = JSON.parse(request.body.toString('utf8')) as Input
    const associated = input.additionalAuthenticatedData ?? ''
    if (operation === 'encrypt') {
      const made = key.ring.encrypt(Buffer.from(input.plaintext!, 'base64'), associated)
      const ciphertext = Buffer.concat([Buffer.from(made.version.padStart(VERSION_BYTES, '0')), made.ciphertext])
      return { status: 200, body: { name: version, ciphertext: ciphertext.toString('base64') } }
    }
    const bytes = Buffer.from(input.ciphertext ?? '', 'base64')
    const number = String(Number(bytes.subarray(0, VERSION_BYTES).toString('latin1')))
    const plaintext = key.ring.decrypt(number, bytes.subarray(VERSION_BYTES), associated)
    if (!plaintext) return refused(400, 'INVALID_ARGUMENT', 'Decryption failed: the ciphertext is invalid.')
    return { status: 200, body: { plaintext: plaintext.toString('base64') } }
  }
  /** As a file of credentials has it: the account's, or of one that only claims to be it. */
  const account = (key: KeyObject = privateKey) => ({
    type: 'service_account',
    client_email: ACCOUNT,
    private_key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
  const server = await startFakeServer({
    ...(tls ? { tls } : {}),
    answer: (request) => {
      if (!isSignedByAccount(request.headers.authorization)) return refused(401, 'UNAUTHENTICATED')
      const [, name, operation = ''] = /^\/v1\/([^:?]+)(?::(\w+))?/.exec(request.target) ?? []
      const key = keys.get(name ?? '')
      return key ? carryOut(key, operation, request) : refused(404, 'NOT_FOUND', `CryptoKey ${name} not found.`)
    },
  })
  return {
    server,
    account,
    /** With which an API has its root key there; the account is put into the folder. */
    environment: async (key: FakeCryptoKey, folder: string): Promise<Readonly<Record<string, string>>> => {
      const file = join(folder, 'google-account.json')
      await writeFile(file, JSON.stringify(account()), { mode: 0o600 })
      return {
        SALLYPORT_KMS: `google:${key.name}`,
        SALLYPORT_GOOGLE_ENDPOINT: server.origin,
        GOOGLE_APPLICATION_CREDENTIALS: file,
        ...trustEnvironment(tls),
      }
    },
    createKey: (id: string): FakeCryptoKey => {
      const name = `projects/sallyport-test/locations/europe-west3/keyRings/vault/cryptoKeys/${id}`
      const key: FakeCryptoKey = { name, ring: fakeKeyRing(String), state: 'ENABLED' }
      keys.set(name, key)
      return key
    },
  }
}
