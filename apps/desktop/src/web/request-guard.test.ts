import { expect, test } from 'vitest'
import { type Asked, isOwnSocket, pathForUs } from './request-guard.ts'

const port = 41234
const asked = (headers: Asked['headers'], over: Partial<Asked> = {}): Asked => ({
  method: 'GET',
  url: '/assets/index.js',
  headers: { host: `127.0.0.1:${port}`, ...headers },
  ...over,
})

test('our page asks for its files', () => {
  expect(pathForUs(asked({}), port)).toBe('/assets/index.js')
  expect(pathForUs(asked({ 'origin': `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' }), port)).toBe(
    '/assets/index.js',
  )
  expect(pathForUs(asked({}, { url: '/?from=mail' }), port)).toBe('/')
})

test.for([
  ['a name that was made to point here', { host: `evil.example:${port}` }],
  ['the usual name of this computer', { host: `localhost:${port}` }],
  ['a name within ours', { host: `127.0.0.1:${port}.evil.example` }],
  ['another port', { host: '127.0.0.1:80' }],
  ['no port', { host: '127.0.0.1' }],
  ['another spelling of the address', { host: `127.1:${port}` }],
  ['no host', { host: undefined }],
  ['another page’s origin', { origin: 'https://evil.example' }],
  ['a sandboxed page’s origin', { origin: 'null' }],
  ['our origin over TLS', { origin: `https://127.0.0.1:${port}` }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port of this computer', { 'sec-fetch-site': 'same-site' }],
] as const)('%s is not answered', ([, headers]) => {
  expect(pathForUs(asked(headers), port)).toBeNull()
})

test.for(['POST', 'HEAD', 'OPTIONS', 'CONNECT', undefined])('the method %s is not answered', (method) => {
  expect(pathForUs(asked({}, { method }), port)).toBeNull()
})

test.for(['http://127.0.0.1/', '*', '', `/${'a'.repeat(600)}`, undefined])('the target %j is not answered', (url) => {
  expect(pathForUs(asked({}, { url }), port)).toBeNull()
})

test('a socket says which page opened it, and it is ours', () => {
  const own = { origin: `http://127.0.0.1:${port}` }
  expect(isOwnSocket(asked(own, { url: '/socket' }), port, '/socket')).toBe(true)
  expect(isOwnSocket(asked(own, { url: '/other' }), port, '/socket')).toBe(false)
  expect(isOwnSocket(asked({}, { url: '/socket' }), port, '/socket')).toBe(false)
  expect(isOwnSocket(asked({ origin: 'http://127.0.0.1:1' }, { url: '/socket' }), port, '/socket')).toBe(false)
})
