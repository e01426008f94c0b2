import type { Endpoint } from '@sallyport/protocol'
import type { OpenedCredential } from '../../adapters/adapter.ts'
import type { Lease } from '../lease.ts'
import type { LeasedSecret } from './leased-secret.ts'
import { rdsToken } from './rds-token.ts'
import type { TemporaryUsers } from './temporary-users.ts'

/** Everything but what only makes others: it signs in itself. */
export type OwnSecret = Exclude<LeasedSecret, { kind: 'temporary-user' }>

export interface SignInAs {
  readonly credentialId: string
  readonly userName: string
  readonly endpoint: Pick<Endpoint, 'host' | 'port'>
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What one connection signs in with: a copy, because the adapter overwrites it and the next connection needs it again. */
export const openOwn = (secret: OwnSecret, { credentialId, userName, endpoint, now }: SignInAs): OpenedCredential => {
  switch (secret.kind) {
    case 'password':
      return { credentialId, userName, secret: { kind: 'password', password: Buffer.from(secret.password) } }
    case 'certificate':
      return { credentialId, userName, secret: { ...secret, privateKeyPem: Buffer.from(secret.privateKeyPem) } }
    case 'aws-iam': {
      // The sealed name, not the one that came beside it: a key may sign for more users than it was stored for.
      const token = rdsToken({ ...endpoint, userName: secret.userName, region: secret.region }, secret, now)
      return { credentialId, userName: secret.userName, secret: { kind: 'token', token } }
    }
  }
}

export interface CredentialServices {
  readonly temporaryUsers: TemporaryUsers
  readonly now: () => number
}

export const openLeased = async (lease: Lease, { temporaryUsers, now }: CredentialServices): Promise<OpenedCredential> => {
  const { binding, endpoint, secret, userName } = lease
  return secret.kind === 'temporary-user'
    ? temporaryUsers.open(lease, secret)
    : openOwn(secret, { credentialId: binding.credential, userName, endpoint, now: now() })
}
