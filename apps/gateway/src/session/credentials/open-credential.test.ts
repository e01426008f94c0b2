import { expect, test } from 'vitest'
import { openOwn, type OwnSecret } from './open-credential.ts'

const as = { credentialId: 'c', userName: 'app', endpoint: { host: 'db.example', port: 5432 }, now: Date.UTC(2026, 5, 1) }
const key = { region: 'eu-central-1', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } as const

test.each<readonly [OwnSecret, (secret: OwnSecret) => Buffer]>([
  [
    { kind: 'password', password: Buffer.from('p') },
    (secret) => (secret.kind === 'password' ? secret.password : Buffer.alloc(0)),
  ],
  [
    { kind: 'certificate', certificatePem: 'c', privateKeyPem: Buffer.from('k') },
    (secret) => (secret.kind === 'certificate' ? secret.privateKeyPem : Buffer.alloc(0)),
  ],
])('each connection gets a copy of its own of %j', (secret, bytesOf) => {
  const [one, other] = [openOwn(secret, as).secret as OwnSecret, openOwn(secret, as).secret as OwnSecret]
  bytesOf(one).fill(0)
  expect(bytesOf(other).equals(bytesOf(secret))).toBe(true)
  expect(openOwn(secret, as)).toMatchObject({ credentialId: 'c', userName: 'app' })
})

test('a token is for the user that was sealed with its key, whatever name comes beside it', () => {
  const secret = { kind: 'aws-iam', ...key, secretAccessKey: Buffer.from('k'), userName: 'reader' } as const
  const opened = openOwn(secret, { ...as, userName: 'rds_superuser' })
  expect(opened.userName).toBe('reader')
  const token = opened.secret.kind === 'token' ? opened.secret.token.toString() : ''
  expect(new URL(`https://${token}`).searchParams.get('DBUser')).toBe('reader')
  expect(token).not.toContain('superuser')
})
