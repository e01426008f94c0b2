import fc from 'fast-check'
import { expect, test } from 'vitest'
import { looksLikeAddress, readOrganizationAddress } from './organization-address.ts'

test.for([
  ['https://sallyport.example.com/acme', 'https://sallyport.example.com', 'acme'],
  [' sallyport.example.com/acme/\n', 'https://sallyport.example.com', 'acme'],
  ['HTTPS://Sallyport.Example.com:8443/acme-2', 'https://sallyport.example.com:8443', 'acme-2'],
  ['localhost:8443/acme', 'https://localhost:8443', 'acme'],
  ['https://127.0.0.1:8443/acme', 'https://127.0.0.1:8443', 'acme'],
  ['https://[::1]:8443/acme', 'https://[::1]:8443', 'acme'],
] as const)('%s is the address of an organization', ([typed, origin, organization]) => {
  expect(readOrganizationAddress(typed)).toEqual({ origin, organization })
})

test.for([
  '',
  'acme',
  'acme/acme',
  'https://sallyport.example.com',
  'https://sallyport.example.com/',
  'http://sallyport.example.com/acme',
  'ftp://sallyport.example.com/acme',
  'https://ada@sallyport.example.com/acme',
  'https://sallyport.example.com/acme?next=evil',
  'https://sallyport.example.com/acme#x',
  'https://sallyport.example.com/acme/sign-in',
  'https://sallyport.example.com/Acme',
  'https://sallyport.example.com/%61cme',
  'sallyport.example.com/acme and more',
  'sallyport-invitation-eyJhcGkiOiJodHRwczovL3NhbGx5cG9ydC5hY21lLmV4YW1wbGUi',
])('%s is none', (typed) => {
  expect(readOrganizationAddress(typed)).toBeNull()
})

test('whatever is read leads to HTTPS, and nowhere but to its origin', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string()), (typed) => {
      const found = readOrganizationAddress(typed)
      if (found === null) return
      expect(new URL(found.origin)).toMatchObject({ protocol: 'https:', origin: found.origin, username: '' })
      expect(readOrganizationAddress(`${found.origin}/${found.organization}`)).toEqual(found)
    }),
    { numRuns: 50 },
  )
})

test.for([
  ['https://sallyport.example.com', true],
  ['http://sallyport.example.com/acme', true],
  ['sallyport.example.com', true],
  ['hello', false],
  ['sallyport-invitation-eyJhcGk', false],
] as const)('whether %s was meant as one: %s', ([typed, meant]) => {
  expect(looksLikeAddress(typed)).toBe(meant)
})
