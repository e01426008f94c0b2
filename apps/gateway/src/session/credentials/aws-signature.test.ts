import { expect, test } from 'vitest'
import { awsSigningKey, presign } from './aws-signature.ts'
import { rdsToken } from './rds-token.ts'

/** The key pair of the examples in the documentation of AWS; nobody's. */
const example = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: Buffer.from('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY') }

test('the signing key is that of the guide’s example (“Derive a signing key”)', () => {
  const secret = Buffer.from('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
  const key = awsSigningKey(secret, { date: '20150830', region: 'us-east-1', service: 'iam' })
  expect(key.toString('hex')).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9')
  expect(secret.toString()).toContain('EXAMPLEKEY')
})

test('a presigned address is that of the reference’s example (Amazon S3, “Using query parameters”)', () => {
  const request = {
    method: 'GET',
    host: 'examplebucket.s3.amazonaws.com',
    path: '/test.txt',
    query: {},
    region: 'us-east-1',
    service: 's3',
    expiresIn: 86_400,
    now: Date.UTC(2013, 4, 24),
    payload: 'UNSIGNED-PAYLOAD',
  } as const
  expect(presign(request, example)).toBe(
    'examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  )
})

test('a token for RDS names server, port and account, lasts a quarter of an hour and holds no key', () => {
  const login = { host: 'shop.abc.eu-central-1.rds.amazonaws.com', port: 5432, userName: 'o’brien/1', region: 'eu-central-1' }
  const token = rdsToken(login, example, Date.UTC(2026, 5, 1, 12)).toString()
  const address = new URL(`https://${token}`)
  expect(address.host).toBe('shop.abc.eu-central-1.rds.amazonaws.com:5432')
  expect(Object.fromEntries(address.searchParams)).toEqual({
    'Action': 'connect',
    'DBUser': 'o’brien/1',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20260601/eu-central-1/rds-db/aws4_request',
    'X-Amz-Date': '20260601T120000Z',
    'X-Amz-Expires': '900',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  })
  expect(token).not.toContain('wJalr')
  const other = { ...login, userName: 'somebody' }
  expect(
    rdsToken(other, example, Date.UTC(2026, 5, 1, 12))
      .toString()
      .slice(-64),
  ).not.toBe(token.slice(-64))
})
