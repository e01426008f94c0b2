/**
 * Honest fakes of AWS Security Token Service and Secrets Manager under the vendor's own clients: tokens are verified against the
 * issuer's keys and the role's trust, requests by Signature Version 4, and a session reads only the path that its tag names, and writes it
 * only for a rotation.
 */
import { randomBytes } from 'node:crypto'
import {
  type FakeAnswer,
  type FakeRequest,
  type PublishedKey,
  refuseSignature,
  startFakeServer,
  verifyToken,
} from '@sallyport/testkit'
import type { StoreWorld } from '../testing.ts'

const REGION = 'eu-central-1'

interface Session {
  readonly secretAccessKey: string
  readonly token: string
  readonly path: string
  readonly purpose: string | undefined
}

const xmlError = (status: number, code: string): FakeAnswer => ({
  status,
  headers: { 'Content-Type': 'text/xml' },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`,
})
const jsonError = (type: string): FakeAnswer => ({ status: 400, body: { __type: type, message: type } })

export const startFakeAws = async (world: StoreWorld) => {
  const role = 'arn:aws:iam::111122223333:role/sallyport'
  const secrets = new Map<string, string>()
  const sessions = new Map<string, Session>()

  const assume = (request: FakeRequest): FakeAnswer => {
    const form = new URLSearchParams(request.body.toString('utf8'))
    if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('RoleArn') !== role) return xmlError(403, 'AccessDenied')
    let claims: ReturnType<typeof verifyToken>
    try {
      claims = verifyToken(form.get('WebIdentityToken') ?? '', {
        issuer: world.issuer.issuer,
        audiences: ['sts.amazonaws.com'],
        keys: world.issuer.keys as PublishedKey[],
        algorithms: ['RS256', 'ES256'],
        now: Date.now(),
      })
    } catch (error) {
      return xmlError(400, /expired/.test((error as Error).message) ? 'ExpiredTokenException' : 'InvalidIdentityToken')
    }
    const tags = claims['https://aws.amazon.com/tags'] as { principal_tags: Record<string, string[]> }
    if (tags.principal_tags['gateway']?.[0] !== world.gateway) return xmlError(403, 'AccessDenied')
    const id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`
    const session = {
      secretAccessKey: randomBytes(20).toString('hex'),
      token: randomBytes(20).toString('hex'),
      path: tags.principal_tags['path']![0]!,
      purpose: tags.principal_tags['purpose']?.[0],
    }
    sessions.set(id, session)
    const expiration = new Date(Date.now() + 900_000).toISOString()
    return {
      status: 200,
      headers: { 'Content-Type': 'text/xml' },
      body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
        <Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${session.secretAccessKey}</SecretAccessKey>
        <SessionToken>${session.token}</SessionToken><Expiration>${expiration}</Expiration></Credentials>
        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    }
  }

  const read = (request: FakeRequest): FakeAnswer => {
    const keys = new Map([...sessions].map(([id, { secretAccessKey }]) => [id, secretAccessKey]))
    const refused = refuseSignature(request, keys, { region: REGION, service: 'secretsmanager' })
    if (refused !== null) return jsonError(refused.type)
    const session = [...sessions.values()].find(({ token }) => token === request.headers['x-amz-security-token'])
    if (session === undefined) return jsonError('UnrecognizedClientException')
    const { SecretId: path, SecretString: next } = JSON.parse(request.body.toString('utf8')) as Record<string, string>
    if (path !== session.path) return jsonError('AccessDeniedException')
    if (request.headers['x-amz-target'] === 'secretsmanager.PutSecretValue') {
      if (session.purpose !== 'rotate') return jsonError('AccessDeniedException')
      secrets.set(path!, next!)
      return { status: 200, body: { Name: path } }
    }
    const value = secrets.get(path)
    return value === undefined
      ? jsonError('ResourceNotFoundException')
      : { status: 200, body: { Name: path, SecretString: value } }
  }

  const [tokenService, secretsManager] = await Promise.all([
    startFakeServer({ tls: world.tls, answer: assume }),
    startFakeServer({ tls: world.tls, answer: read }),
  ])
  return {
    role,
    region: REGION,
    secrets,
    tokenService,
    secretsManager,
    addresses: { tokenService: tokenService.origin, secretsManager: secretsManager.origin, authority: world.authority },
    close: async () => {
      await Promise.all([tokenService.close(), secretsManager.close()])
    },
  }
}
