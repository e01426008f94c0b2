/**
 * Honest fakes of Microsoft Entra and Azure Key Vault under the vendor's own client: the assertion is verified against the issuer's
 * keys, by RS256 only, for one subject of each application; the vault challenges, takes only tokens that were issued for it, and is written to by one
 * application only.
 */
import { randomBytes } from 'node:crypto'
import { type FakeAnswer, type FakeRequest, type PublishedKey, startFakeServer, verifyToken } from '@sallyport/testkit'
import type { StoreWorld } from '../testing.ts'

const TENANT = '11111111-2222-4333-8444-555555555555'
const CLIENT = '66666666-7777-4888-8999-000000000000'
/** Which alone may set secrets. */
const ROTATION_CLIENT = '66666666-7777-4888-8999-000000000001'
const AUDIENCE = 'api://AzureADTokenExchange'
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const refused = (status: number, code: string): FakeAnswer => ({ status, body: { error: { code, message: code } } })

export const startFakeAzure = async (world: StoreWorld, subject: string) => {
  const secrets = new Map<string, string>()
  /** To whom they were issued. */
  const tokens = new Map<string, string>()
  const subjects: Readonly<Record<string, string>> = { [CLIENT]: subject, [ROTATION_CLIENT]: `${subject}/rotate` }

  const signIn = (request: FakeRequest): FakeAnswer => {
    const form = new URLSearchParams(request.body.toString('utf8'))
    const client = form.get('client_id') ?? ''
    const known = request.target === `/${TENANT}/oauth2/v2.0/token` && Object.hasOwn(subjects, client)
    if (!known || form.get('client_assertion_type') !== ASSERTION) return { status: 401, body: { error: 'invalid_client' } }
    if (form.get('scope') !== 'https://vault.azure.net/.default') return { status: 400, body: { error: 'invalid_scope' } }
    try {
      const claims = verifyToken(form.get('client_assertion') ?? '', {
        issuer: world.issuer.issuer,
        audiences: [AUDIENCE],
        keys: world.issuer.keys as PublishedKey[],
        algorithms: ['RS256'],
        now: Date.now(),
      })
      if (claims['sub'] !== subjects[client]) throw new Error('no matching federated identity record')
    } catch {
      return { status: 401, body: { error: 'invalid_client' } }
    }
    const token = randomBytes(24).toString('base64url')
    tokens.set(token, client)
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: token } }
  }

  const read = (request: FakeRequest): FakeAnswer => {
    const client = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
    if (client === undefined) {
      const challenge = `Bearer authorization="https://login.microsoftonline.com/${TENANT}", resource="https://vault.azure.net"`
      return { ...refused(401, 'Unauthorized'), headers: { 'WWW-Authenticate': challenge } }
    }
    const [, name = ''] = /^\/secrets\/([^/?]+)/.exec(request.target) ?? []
    if (request.method === 'PUT') {
      if (client !== ROTATION_CLIENT) return refused(403, 'Forbidden')
      secrets.set(name, (JSON.parse(request.body.toString('utf8')) as { value: string }).value)
    }
    const value = secrets.get(name)
    if (value === undefined) return refused(404, 'SecretNotFound')
    return { status: 200, body: { value, id: `${vault.origin}/secrets/${name}/1`, attributes: { enabled: true } } }
  }

  const tokenService = await startFakeServer({ tls: world.tls, answer: signIn })
  const vault = await startFakeServer({ tls: world.tls, answer: read })
  return {
    secrets,
    vault,
    tenant: TENANT,
    client: CLIENT,
    rotationClient: ROTATION_CLIENT,
    audience: AUDIENCE,
    addresses: { signIn: tokenService.origin, authority: world.authority },
    close: async () => {
      await Promise.all([tokenService.close(), vault.close()])
    },
  }
}
