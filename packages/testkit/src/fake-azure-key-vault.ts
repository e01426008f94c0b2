/**
 * An honest fake of Azure Key Vault over real TLS, under the vendor's own client, with the token service beside it: it
 * challenges, takes only tokens that it issued to the known client, and unwraps with real RSA keys.
 */
import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FakeAnswer, type FakeRequest, startFakeServer } from './fake-server.ts'
import { makeFakeTls, trustEnvironment } from './fake-tls.ts'

interface FakeVersion {
  readonly name: string
  readonly privateKey: KeyObject
}
interface FakeVaultKey {
  readonly versions: FakeVersion[]
  enabled: boolean
}

const TENANT = '11111111-2222-4333-8444-555555555555'
const CLIENT = '66666666-7777-4888-8999-000000000000'

const refused = (status: number, code: string, message = code): FakeAnswer => ({ status, body: { error: { code, message } } })

const newVersion = (): FakeVersion => ({
  name: randomBytes(16).toString('hex'),
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
})

/** `folder`: where the client's secret and the authority of its certificate are put as files. */
export const startFakeAzureKeyVault = async (folder: string) => {
  const tls = await makeFakeTls(folder)
  const secretFile = join(folder, 'azure-secret')
  const secret = randomBytes(20).toString('base64url')
  await writeFile(secretFile, secret, { mode: 0o600 })
  const keys = new Map<string, FakeVaultKey>()
  const tokens = new Set<string>()
  const tokenService = await startFakeServer({
    answer: (request) => {
      const form = new URLSearchParams(request.body.toString('utf8'))
      const known = request.target === `/${TENANT}/oauth2/v2.0/token` && form.get('client_id') === CLIENT
      if (!known || form.get('client_secret') !== secret) return refused(401, 'invalid_client')
      if (form.get('scope') !== 'https://vault.azure.net/.default') return refused(400, 'invalid_scope')
      const token = randomBytes(24).toString('base64url')
      tokens.add(token)
      return { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: token } }
    },
  })
  const bundle = (name: string, key: FakeVaultKey, version: FakeVersion): FakeAnswer => {
    const { n, e } = version.privateKey.export({ format: 'jwk' })
    const jwk = { kid: `${server.origin}/keys/${name}/${version.name}`, kty: 'RSA', n, e, key_ops: ['wrapKey', 'unwrapKey'] }
    return { status: 200, body: { key: jwk, attributes: { enabled: key.enabled } } }
  }
  const wrap = (version: FakeVersion, request: FakeRequest): FakeAnswer => {
    const { alg, value } = JSON.parse(request.body.toString('utf8')) as { alg: string; value: string }
    if (alg !== 'RSA-OAEP-256') return refused(400, 'BadParameter')
    const how = { key: createPublicKey(version.privateKey), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
    const wrapped = publicEncrypt(how, Buffer.from(value, 'base64url'))
    return { status: 200, body: { kid: version.name, value: wrapped.toString('base64url') } }
  }
  const unwrap = (version: FakeVersion, request: FakeRequest): FakeAnswer => {
    const { alg, value } = JSON.parse(request.body.toString('utf8')) as { alg: string; value: string }
    if (alg !== 'RSA-OAEP-256') return refused(400, 'BadParameter')
    const how = { key: version.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
    try {
      const plaintext = privateDecrypt(how, Buffer.from(value, 'base64url'))
      return { status: 200, body: { kid: version.name, value: plaintext.toString('base64url') } }
    } catch {
      return refused(400, 'BadParameter', 'The parameter is incorrect.')
    }
  }
  const server = await startFakeServer({
    tls,
    answer: (request) => {
      if (!tokens.has((request.headers.authorization ?? '').replace(/^Bearer /, ''))) {
        const challenge = `Bearer authorization="https://login.microsoftonline.com/${TENANT}", resource="https://vault.azure.net"`
        return { ...refused(401, 'Unauthorized'), headers: { 'WWW-Authenticate': challenge } }
      }
      const [, name = '', version = '', operation = ''] =
        /^\/keys\/([^/?]+)(?:\/([^/?]*))?(?:\/([^/?]+))?/.exec(request.target) ?? []
      const key = keys.get(name)
      if (!key) return refused(404, 'KeyNotFound')
      const found = version === '' ? key.versions.at(-1) : key.versions.find((candidate) => candidate.name === version)
      if (!found) return refused(404, 'KeyNotFound')
      if (operation === '') return bundle(name, key, found)
      if (!key.enabled) return refused(403, 'Forbidden', 'Operation unwrapKey is not allowed on a disabled key.')
      if (operation === 'wrapkey') return wrap(found, request)
      return operation === 'unwrapkey' ? unwrap(found, request) : refused(404, 'NotFound')
    },
  })
  return {
    server,
    tokenService,
    /** PEM. */
    ca: tls.ca,
    identity: { kind: 'secret', tenant: TENANT, client: CLIENT, secretFile, authority: tokenService.origin } as const,
    /** With which an API has its root key there, the one of this name. */
    environment: (name: string): Readonly<Record<string, string>> => ({
      SALLYPORT_KMS: `azure:${server.origin}/keys/${name}`,
      SALLYPORT_AZURE_TENANT: TENANT,
      SALLYPORT_AZURE_CLIENT: CLIENT,
      SALLYPORT_AZURE_SECRET_FILE: secretFile,
      AZURE_AUTHORITY_HOST: tokenService.origin,
      ...trustEnvironment(tls),
    }),
    createKey: (name: string) => {
      const key: FakeVaultKey = { versions: [newVersion()], enabled: true }
      keys.set(name, key)
      return { key, rotate: () => key.versions.push(newVersion()) }
    },
    close: async () => {
      await Promise.all([server.close(), tokenService.close()])
    },
  }
}
