import type { OpenedCredential } from '../../adapters/adapter.ts'
import type { Lease } from '../lease.ts'
import { rdsToken } from './rds-token.ts'
import type { TemporaryUsers } from './temporary-users.ts'

export interface CredentialServices {
  readonly temporaryUsers: TemporaryUsers
  readonly now: () => number
}

/** What one connection signs in with: a copy, because the adapter overwrites it and the next connection needs it again. */
export const openLeased = async (lease: Lease, { temporaryUsers, now }: CredentialServices): Promise<OpenedCredential> => {
  const { binding, endpoint, secret, userName } = lease
  const credentialId = binding.credential
  switch (secret.kind) {
    case 'password':
      return { credentialId, userName, secret: { kind: 'password', password: Buffer.from(secret.password) } }
    case 'certificate':
      return { credentialId, userName, secret: { ...secret, privateKeyPem: Buffer.from(secret.privateKeyPem) } }
    case 'aws-iam': {
      const { host, port } = endpoint
      const token = rdsToken({ host, port, userName, region: secret.region }, secret, now())
      return { credentialId, userName, secret: { kind: 'token', token } }
    }
    case 'temporary-user':
      return temporaryUsers.open(lease, secret)
  }
}
