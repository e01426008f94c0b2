/**
 * An honest fake of HashiCorp Vault over real TLS, as far as a gateway uses it: the JWT method verifies tokens against the keys
 * that the issuer publishes, roles bind claims and give policies whose paths name claims, tokens and leases end, and it
 * refuses in the service's own words and statuses.
 */
import { randomBytes } from 'node:crypto'
import { makeAuthority } from './certificates.ts'
import { type FakeAnswer, type FakeRequest, type FakeServer, startFakeServer } from './fake-server.ts'
import { type PublishedKey, type TokenClaims, verifyToken } from './json-web-tokens.ts'

export interface FakeVaultRole {
  readonly issuer: string
  readonly audience: string
  /** Claims that must have one of these values. */
  readonly boundClaims: Readonly<Record<string, readonly string[]>>
  /** Paths that may be read, or written with `patch ` before them; `{{claim}}` stands for the claim's value. */
  readonly paths: readonly string[]
  /** Seconds that a token lives. */
  readonly ttl: number
}

export interface FakeVaultOptions {
  /** What an issuer publishes, asked at each sign-in. */
  readonly keysOf: (issuer: string) => Promise<readonly PublishedKey[]>
  /** Makes and drops users for the database engine. */
  readonly database?: {
    readonly make: (user: { readonly name: string; readonly password: string }) => Promise<void>
    readonly drop: (name: string) => Promise<void>
  }
}

interface Token {
  readonly text: string
  readonly claims: TokenClaims
  readonly paths: readonly string[]
  readonly ttl: number
  endsAt: number
}

interface Lease {
  readonly id: string
  readonly user: string
  readonly token: Token
}

export interface FakeVault {
  readonly server: FakeServer
  /** PEM of whom to trust for its certificate, which names 127.0.0.1. */
  readonly ca: string
  readonly roles: Map<string, FakeVaultRole>
  /** KV version 2 at `secret`: path → data. */
  readonly secrets: Map<string, Readonly<Record<string, string>>>
  /** Tokens that it believes, whoever shows them: as an operator makes them by hand. */
  readonly staticTokens: Map<string, readonly string[]>
  readonly state: { sealed: boolean; /** Milliseconds by which its clock is ahead. */ ahead: number }
  /** What was asked and what became of it, without secrets: `200 GET secret/data/apps/shop`. */
  readonly journal: string[]
  /** Users of the database engine that are there. */
  users(): readonly string[]
  /** Tokens that still open something. */
  tokens(): number
  close(): Promise<void>
}

const refused = (status: number, ...errors: string[]): FakeAnswer => ({ status, body: { errors } })
const denied = refused(403, 'permission denied')
const noContent: FakeAnswer = { status: 204, body: null }

const LEASE_SECONDS = 3600

class Defect extends Error {}

export const startFakeVault = async ({ keysOf, database }: FakeVaultOptions): Promise<FakeVault> => {
  const authority = await makeAuthority()
  const tls = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const roles: FakeVault['roles'] = new Map()
  const secrets: FakeVault['secrets'] = new Map()
  const staticTokens: FakeVault['staticTokens'] = new Map()
  /** Of secrets that were written to; all others are in their first. */
  const versions = new Map<string, number>()
  const tokens = new Map<string, Token>()
  const leases = new Map<string, Lease>()
  const journal: string[] = []
  const state = { sealed: false, ahead: 0 }
  const now = (): number => Date.now() + state.ahead

  const signIn = async (input: { role?: string; jwt?: string }): Promise<FakeAnswer> => {
    const role = roles.get(input.role ?? '')
    if (role === undefined) return refused(400, `role "${input.role}" could not be found`)
    const { issuer, audience, ttl } = role
    const trusted = { issuer, audiences: [audience], keys: await keysOf(issuer), algorithms: ['ES256', 'RS256'], now: now() }
    let claims: TokenClaims
    try {
      claims = verifyToken(input.jwt ?? '', trusted)
    } catch (error) {
      return refused(400, `error validating token: ${(error as Error).message}`)
    }
    for (const [name, values] of Object.entries(role.boundClaims)) {
      if (!values.includes(String(claims[name]))) return refused(400, `error validating claims: claim "${name}" does not match`)
    }
    const paths = role.paths.map((path) => path.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(claims[name])))
    const token: Token = { text: `hvs.${randomBytes(18).toString('base64url')}`, claims, paths, ttl, endsAt: now() + ttl * 1000 }
    tokens.set(token.text, token)
    return { status: 200, body: { auth: { client_token: token.text, lease_duration: ttl, renewable: true } } }
  }

  const revokeLease = async (lease: Lease): Promise<void> => {
    await database?.drop(lease.user)
    leases.delete(lease.id)
  }
  const revoke = async (token: Token): Promise<void> => {
    tokens.delete(token.text)
    for (const lease of [...leases.values()]) if (lease.token === token) await revokeLease(lease)
  }

  const makeUser = async (token: Token): Promise<FakeAnswer> => {
    if (database === undefined) throw new Defect('no database')
    const user = { name: `v-jwt-${randomBytes(6).toString('hex')}`, password: randomBytes(18).toString('base64url') }
    await database.make(user)
    const lease: Lease = { id: `database/creds/${randomBytes(8).toString('hex')}`, user: user.name, token }
    leases.set(lease.id, lease)
    const data = { username: user.name, password: user.password }
    return { status: 200, body: { lease_id: lease.id, lease_duration: LEASE_SECONDS, renewable: true, data } }
  }

  const tokenOf = ({ headers }: FakeRequest): Token | null => {
    const text = String(headers['x-vault-token'] ?? '')
    const paths = staticTokens.get(text)
    if (paths !== undefined) return { text, claims: {}, paths, ttl: 0, endsAt: Infinity }
    const token = tokens.get(text)
    return token !== undefined && token.endsAt > now() ? token : null
  }

  const read = (path: string, token: Token): FakeAnswer | Promise<FakeAnswer> => {
    if (!token.paths.includes(path)) return refused(403, '1 error occurred:\n\t* permission denied\n\n')
    if (path.startsWith('database/creds/')) return makeUser(token)
    const data = secrets.get(path.replace(/^secret\/data\//, ''))
    const version = versions.get(path) ?? 1
    return data === undefined ? refused(404) : { status: 200, body: { data: { data, metadata: { version } } } }
  }

  const patch = (path: string, token: Token, { headers, body }: FakeRequest): FakeAnswer => {
    if (!token.paths.includes(`patch ${path}`)) return refused(403, '1 error occurred:\n\t* permission denied\n\n')
    if (headers['content-type'] !== 'application/merge-patch+json') return refused(415)
    const name = path.replace(/^secret\/data\//, '')
    const before = secrets.get(name)
    if (before === undefined) return refused(404)
    const version = versions.get(path) ?? 1
    const asked = JSON.parse(body.toString('utf8')) as { options?: { cas?: number }; data: Record<string, string> }
    if (asked.options?.cas !== undefined && asked.options.cas !== version) {
      return refused(400, 'check-and-set parameter did not match the current version')
    }
    secrets.set(name, { ...before, ...asked.data })
    versions.set(path, version + 1)
    return { status: 200, body: { data: { version: version + 1 } } }
  }

  const carryOut = async (request: FakeRequest): Promise<FakeAnswer> => {
    const path = decodeURIComponent(request.target.replace(/^\/v1\//, ''))
    const input = (request.body.length > 0 ? JSON.parse(request.body.toString('utf8')) : {}) as Record<string, string>
    if (state.sealed) return refused(503, 'Vault is sealed')
    if (path === 'auth/jwt/login') return signIn(input)
    const token = tokenOf(request)
    if (token === null) return denied
    if (request.method === 'GET') return read(path, token)
    if (request.method === 'PATCH') return patch(path, token, request)
    const lease = leases.get(input['lease_id'] ?? '')
    switch (path) {
      case 'auth/token/revoke-self':
        await revoke(token)
        return noContent
      case 'auth/token/renew-self':
        token.endsAt = now() + token.ttl * 1000
        return { status: 200, body: { auth: { client_token: token.text, lease_duration: token.ttl } } }
      case 'sys/leases/renew':
        if (lease === undefined) return refused(400, 'lease not found')
        return { status: 200, body: { lease_id: lease.id, lease_duration: LEASE_SECONDS } }
      case 'sys/leases/revoke':
        if (lease !== undefined) await revokeLease(lease)
        return noContent
      default:
        return refused(404)
    }
  }

  const server = await startFakeServer({
    tls,
    answer: async (request) => {
      const answer = await carryOut(request)
      journal.push(`${answer.status} ${request.method} ${request.target.replace(/^\/v1\//, '')}`)
      return answer
    },
  })
  return {
    server,
    ca: authority.ca,
    roles,
    secrets,
    staticTokens,
    state,
    journal,
    users: () => [...leases.values()].map(({ user }) => user),
    tokens: () => [...tokens.values()].filter(({ endsAt }) => endsAt > now()).length,
    close: () => server.close(),
  }
}
