import { expect, test } from 'vitest'
import { formatIdentity, parseIdentity } from './identity.ts'

const id = '018f4e7a-1111-7000-8000-000000000001'

test('an identity comes back from its text', () => {
  const identity = { trustDomain: 'acme.sallyport.internal', kind: 'gateway', id } as const
  expect(parseIdentity(formatIdentity(identity))).toEqual(identity)
})

test.each([
  `https://acme/gateway/${id}`,
  `spiffe://ACME/gateway/${id}`,
  `spiffe://acme/gateway/${id.toUpperCase()}`,
  `spiffe://acme/gateway/${id}/`,
  `spiffe://acme/gateway/${id}/x`,
  `spiffe://acme/gateway//${id}`,
  `spiffe://acme/admin/${id}`,
  `spiffe://acme:80/gateway/${id}`,
  `spiffe://user@acme/gateway/${id}`,
  `spiffe://acme/gateway/${id}?x`,
  `spiffe://acme/gateway/${id}\n`,
  `spiffe:///gateway/${id}`,
  'spiffe://acme/gateway/1',
])('refuses %j', (text) => {
  expect(() => parseIdentity(text)).toThrow(expect.objectContaining({ code: 'certificate_invalid' }))
})
