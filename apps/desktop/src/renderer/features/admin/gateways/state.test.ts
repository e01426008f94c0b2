import { expect, test } from 'vitest'
import { compareVersions, isOlder, newestVersion, parseAddress } from './state.ts'
import { type Gateway } from '../data/names.ts'

const gateway = (version: string, status: Gateway['status'] = 'joined') => ({ version, status }) as Gateway

test('versions are compared by their numbers', () => {
  expect(compareVersions('1.10.0', '1.9.3')).toBeGreaterThan(0)
  expect(compareVersions('1.2', '1.2.0')).toBe(0)
  expect(compareVersions('0.9.9', '1.0.0')).toBeLessThan(0)
})

test('who runs less than the newest is older, revoked ones do not count', () => {
  const newest = newestVersion([gateway('1.9.0'), gateway('1.10.0'), gateway('2.0.0', 'revoked')])
  expect(newest).toBe('1.10.0')
  expect(isOlder(gateway('1.9.0'), newest)).toBe(true)
  expect(isOlder(gateway('1.10.0'), newest)).toBe(false)
})

test.for([
  ['gateway.example.org:8443', { host: 'gateway.example.org', port: 8443 }],
  ['[2001:db8::1]:443', { host: '2001:db8::1', port: 443 }],
  ['gateway.example.org', null],
  ['gateway.example.org:70000', null],
  ['a b:1', null],
  ['2001:db8::1:443', null],
] as const)('the address %j is read', ([typed, read]) => {
  expect(parseAddress(typed)).toEqual(read)
})
