import { expect, test } from 'vitest'
import { issuerOf, locationOf, newStore, storeFaults, type StoreValues } from './store-values.ts'

const vault: StoreValues = { ...newStore, name: 'vault', address: 'https://vault.example.org:8200/', signInRole: 'sallyport' }

test('a Vault is believed to check tokens of leases for its own address unless something else is said', () => {
  expect(storeFaults(vault)).toEqual({})
  expect(locationOf(vault)).toMatchObject({
    address: 'https://vault.example.org:8200',
    mount: 'secret',
    namespace: null,
    signIn: { kind: 'token', mount: 'jwt', role: 'sallyport', audience: 'https://vault.example.org:8200' },
  })
})

test('a store that believes its gateway needs no role', () => {
  const values = { ...vault, trust: 'gateway', signInRole: '' } as const
  expect(storeFaults(values)).toEqual({})
  expect(locationOf(values)).toMatchObject({ signIn: { kind: 'gateway' } })
})

test.each([
  ['an address without TLS', { ...vault, address: 'http://vault.example.org' }, ['address']],
  ['an address that is missing', { ...vault, address: '' }, ['address']],
  ['a role that is missing', { ...vault, signInRole: '' }, ['signInRole']],
  ['a mount that climbs', { ...vault, mount: '../sys' }, ['mount']],
  ['an issuer without TLS', { ...vault, issuer: 'http://api.example.org' }, ['issuer']],
  ['a store of AWS with nothing said', { ...newStore, kind: 'aws' }, ['region', 'role', 'name']],
  ['a store of Google with another kind of name', { ...newStore, name: 'g', kind: 'google', provider: 'pool' }, ['provider']],
  ['a store of Azure with nothing said', { ...newStore, name: 'a', kind: 'azure' }, ['address', 'tenant', 'client']],
] as const)('%s is refused at its field', (_, values, fields) => {
  expect(Object.keys(storeFaults(values)).toSorted()).toEqual([...fields].toSorted())
})

test('the API publishes the keys of tokens unless another place is named', () => {
  expect(issuerOf(vault)).toEqual({})
  expect(issuerOf({ ...vault, issuer: 'https://keys.example.org/acme/' })).toEqual({ issuer: 'https://keys.example.org/acme' })
})
