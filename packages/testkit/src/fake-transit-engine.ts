/**
 * An honest fake of the transit engine over real TLS: it asks for the token, keeps versions with a lowest one that may
 * decrypt, binds `associated_data`, and refuses in the service's own words and statuses.
 */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FakeKeyRing, fakeKeyRing } from './fake-key-ring.ts'
import { type FakeAnswer, type FakeRequest, startFakeServer } from './fake-server.ts'
import { makeFakeTls } from './fake-tls.ts'

interface FakeTransitKey {
  readonly name: string
  readonly ring: FakeKeyRing
  minimumDecryption: number
}

/** The fields of the requests that the driver sends. */
interface Input {
  readonly plaintext?: string
  readonly ciphertext?: string
  readonly associated_data?: string
}

const refused = (status: number, ...errors: string[]): FakeAnswer => ({ status, body: { errors } })

const decrypt = (key: FakeTransitKey, input: Input): FakeAnswer => {
  const [scheme, version, text] = (input.ciphertext ?? '').split(':')
  const number = Number(version?.slice(1))
  if (scheme !== 'vault' || text === undefined) return refused(400, 'invalid ciphertext: no prefix')
  if (number > Number(key.ring.version().slice(1))) return refused(400, 'invalid ciphertext: version is too new')
  if (number < key.minimumDecryption) return refused(400, 'ciphertext or signature version is disallowed by policy (too old)')
  const plaintext = key.ring.decrypt(version!, Buffer.from(text, 'base64'), input.associated_data ?? '')
  if (!plaintext) return refused(400, 'cipher: message authentication failed')
  return { status: 200, body: { data: { plaintext: plaintext.toString('base64') } } }
}

/** `folder`: where token and authority are put as files. */
export const startFakeTransitEngine = async (folder: string) => {
  const tls = await makeFakeTls(folder)
  const token = `hvs.${randomBytes(18).toString('base64url')}`
  const files = { token: join(folder, 'transit-token'), authority: tls.authorityFile }
  await writeFile(files.token, `${token}\n`, { mode: 0o600 })
  const keys = new Map<string, FakeTransitKey>()
  const state = { sealed: false }

  const carryOut = (operation: string, key: FakeTransitKey, request: FakeRequest): FakeAnswer => {
    if (request.method === 'GET' && operation === 'keys') {
      const latest = Number(key.ring.version().slice(1))
      return { status: 200, body: { data: { name: key.name, latest_version: latest, supports_encryption: true } } }
    }
    const input = JSON.parse(request.body.toString('utf8')) as Input
    switch (operation) {
      case 'encrypt': {
        const { version, ciphertext } = key.ring.encrypt(Buffer.from(input.plaintext!, 'base64'), input.associated_data ?? '')
        return { status: 200, body: { data: { ciphertext: `vault:${version}:${ciphertext.toString('base64')}` } } }
      }
      case 'decrypt':
        return decrypt(key, input)
      default:
        return refused(404)
    }
  }
  const answer = (request: FakeRequest): FakeAnswer => {
    if (state.sealed) return refused(503, 'Vault is sealed')
    if (request.headers['x-vault-token'] !== token) return refused(403, 'permission denied')
    const [, , mount, operation, name] = request.target.split('/')
    const key = keys.get(name ?? '')
    if (mount !== 'transit' || operation === undefined || !key) return refused(400, 'encryption key not found')
    return carryOut(operation, key, request)
  }
  const server = await startFakeServer({ answer, tls })
  return {
    server,
    files,
    state,
    /** With which an API has its root key there. */
    environment: (key: FakeTransitKey): Readonly<Record<string, string>> => ({
      SALLYPORT_KMS: `transit:${server.origin}/transit/${key.name}`,
      SALLYPORT_TRANSIT_TOKEN_FILE: files.token,
      SALLYPORT_TRANSIT_AUTHORITY: files.authority,
    }),
    createKey: (name: string): FakeTransitKey => {
      const key = { name, ring: fakeKeyRing((number) => `v${number}`), minimumDecryption: 1 }
      keys.set(name, key)
      return key
    },
  }
}
