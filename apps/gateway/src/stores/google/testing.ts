/**
 * Honest fakes of Google's token service, service account credentials and Secret Manager under the vendor's own library: the token
 * is verified against the issuer's keys, and what it is exchanged for reads only the path that it names; only a rotation's own identity adds
 * to it.
 */
import { randomBytes } from 'node:crypto'
import { type FakeAnswer, type FakeRequest, type PublishedKey, startFakeServer, verifyToken } from '@sallyport/testkit'
import type { StoreWorld } from '../testing.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:jwt'

const refused = (code: number, status: string): FakeAnswer => ({
  status: code,
  body: { error: { code, status, message: status } },
})

interface Granted {
  readonly path: string
  readonly purpose: unknown
  /** Whether it is a service account's. */
  readonly isAccount: boolean
}

export const startFakeGoogle = async (world: StoreWorld) => {
  const provider = 'projects/123456789/locations/global/workloadIdentityPools/sallyport/providers/sallyport'
  const serviceAccount = 'reader@sallyport-test.iam.gserviceaccount.com'
  const secrets = new Map<string, string>()
  const granted = new Map<string, Granted>()

  const grant = (given: Granted): string => {
    const token = randomBytes(24).toString('base64url')
    granted.set(token, given)
    return token
  }
  const bearer = ({ headers }: FakeRequest): Granted | undefined =>
    granted.get((headers.authorization ?? '').replace(/^Bearer /, ''))

  const exchange = (request: FakeRequest): FakeAnswer => {
    const form = new URLSearchParams(request.body.toString('utf8'))
    const known =
      form.get('grant_type') === EXCHANGE &&
      form.get('subject_token_type') === TOKEN_TYPE &&
      form.get('audience') === `//iam.googleapis.com/${provider}`
    if (!known) return { status: 400, body: { error: 'invalid_request' } }
    try {
      const claims = verifyToken(form.get('subject_token') ?? '', {
        issuer: world.issuer.issuer,
        audiences: [`https://iam.googleapis.com/${provider}`],
        keys: world.issuer.keys as PublishedKey[],
        algorithms: ['RS256', 'ES256'],
        now: Date.now(),
      })
      if (claims['gateway'] !== world.gateway) return { status: 400, body: { error: 'unauthorized_client' } }
      const token = grant({ path: String(claims['path']), purpose: claims['purpose'], isAccount: false })
      return { status: 200, body: { access_token: token, expires_in: 3600, token_type: 'Bearer' } }
    } catch {
      return { status: 400, body: { error: 'invalid_grant', error_description: 'The token is not valid.' } }
    }
  }

  const impersonate = (request: FakeRequest): FakeAnswer => {
    const federated = bearer(request)
    if (federated === undefined || federated.isAccount) return refused(401, 'UNAUTHENTICATED')
    if (request.target !== `/v1/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`)
      return refused(403, 'PERMISSION_DENIED')
    const token = grant({ ...federated, isAccount: true })
    return { status: 200, body: { accessToken: token, expireTime: new Date(Date.now() + 3_600_000).toISOString() } }
  }

  const write = (path: string, { path: own, purpose, isAccount }: Granted, { body }: FakeRequest): FakeAnswer => {
    if (path !== own || purpose !== 'rotate' || isAccount) return refused(403, 'PERMISSION_DENIED')
    const { payload } = JSON.parse(body.toString('utf8')) as { payload: { data: string } }
    secrets.set(path, Buffer.from(payload.data, 'base64').toString('utf8'))
    return { status: 200, body: { name: `${path}/versions/2`, state: 'ENABLED' } }
  }

  const read = (request: FakeRequest): FakeAnswer => {
    const reader = bearer(request)
    if (reader === undefined) return refused(401, 'UNAUTHENTICATED')
    const [, written] = /^\/v1\/(.+):addVersion$/.exec(request.target) ?? []
    if (written !== undefined) return write(written, reader, request)
    const [, path = ''] = /^\/v1\/(.+)\/versions\/[^/]+:access$/.exec(request.target) ?? []
    if (reader.path !== path) return refused(403, 'PERMISSION_DENIED')
    const value = secrets.get(path)
    if (value === undefined) return refused(404, 'NOT_FOUND')
    return { status: 200, body: { name: path, payload: { data: Buffer.from(value).toString('base64') } } }
  }

  const [tokenService, accounts, secretManager] = await Promise.all(
    [exchange, impersonate, read].map((answer) => startFakeServer({ tls: world.tls, answer })),
  )
  return {
    provider,
    serviceAccount,
    secrets,
    secretManager: secretManager!,
    addresses: {
      tokenService: tokenService!.origin,
      accounts: accounts!.origin,
      secretManager: secretManager!.origin,
      authority: world.authority,
    },
    close: async () => {
      await Promise.all([tokenService!.close(), accounts!.close(), secretManager!.close()])
    },
  }
}
