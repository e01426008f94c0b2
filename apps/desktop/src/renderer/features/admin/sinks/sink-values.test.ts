import { sinkSecret } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'
import { faultIn } from '../parts/sealed-field.ts'
import { destinationOf, newSink, secretFields, secretOf, sinkFaults, streamsOf } from './sink-values.ts'

const random = new Uint8Array(32).fill(7)
const named = { ...newSink, name: 'SIEM' }

test('a syslog receiver needs a host and has the usual port', () => {
  expect(sinkFaults(named)).toEqual({ host: 'This is needed.' })
  const wanted = { kind: 'syslog', host: 'siem.example.org', port: 6514, certificates: '' }
  expect(destinationOf({ ...named, host: ' siem.example.org ' })).toEqual(wanted)
})

test('files are as large as is said, in MiB', () => {
  expect(destinationOf({ ...named, kind: 'file', size: 2 })).toEqual({ kind: 'file', maxBytes: 2_097_152, keepFiles: 0 })
  expect(Object.keys(sinkFaults({ ...named, kind: 'file', size: '', keepFiles: '' })).toSorted()).toEqual(['keepFiles', 'size'])
})

test('a prefix ends in a slash, and is empty where none is wanted', () => {
  const store = { ...named, kind: 'object-store', region: 'eu-central-1', bucket: 'audit' } as const
  expect(destinationOf({ ...store, prefix: 'a/b' })).toMatchObject({ prefix: 'a/b/', endpoint: null })
  expect(destinationOf({ ...store, prefix: 'a/' })).toMatchObject({ prefix: 'a/' })
  expect(destinationOf(store)).toMatchObject({ prefix: '' })
})

test('an address with a password in it is refused at its field', () => {
  expect(sinkFaults({ ...named, kind: 'webhook', url: 'https://user:password@example.org/' })).toHaveProperty('url')
})

test('what is sent is the log, activity, or both', () => {
  expect([streamsOf(named), streamsOf({ ...named, streams: 'both' })]).toEqual([['log'], ['log', 'activity']])
})

test('a webhook gets a key, which its receiver is told', () => {
  const { secret, shown } = secretOf('webhook', new Map(), random)
  expect(sinkSecret.parse(secret)).toEqual({ kind: 'signing-key', key: shown?.replace('whsec_', '') })
})

test('a syslog receiver may know Sallyport by a certificate, which comes with its key', () => {
  expect(secretOf('syslog', new Map(), random)).toEqual({ secret: null, shown: null })
  const pem = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----`
  const typed = new Map(Object.entries({ certificate: `${pem('CERTIFICATE')}\n`, key: pem('PRIVATE KEY') }))
  expect(faultIn(secretFields.syslog, typed)).toBeNull()
  const { secret } = secretOf('syslog', typed, random)
  expect(sinkSecret.parse(secret)).toEqual({
    kind: 'client-certificate',
    certificate: pem('CERTIFICATE'),
    key: pem('PRIVATE KEY'),
  })
  expect(faultIn(secretFields.syslog, new Map([...typed, ['certificate', '']]))?.field).toBe('key')
  expect(faultIn(secretFields.syslog, new Map([...typed, ['key', '']]))?.field).toBe('certificate')
  expect(faultIn(secretFields.syslog, new Map([...typed, ['key', pem('CERTIFICATE')]]))?.field).toBe('key')
})

test('what an object store asks for is both halves of a key', () => {
  expect(faultIn(secretFields['object-store'], new Map([['id', 'AKIA']]))?.field).toBe('secret')
  const typed = new Map(Object.entries({ id: 'AKIA', secret: 'key' }))
  expect(secretOf('object-store', typed, random)).toEqual({
    secret: { kind: 'access-key', id: 'AKIA', secret: 'key' },
    shown: null,
  })
})

test('a collector that lets in without a header gets none, and half of one is refused', () => {
  expect(secretOf('otlp', new Map(), random)).toEqual({ secret: null, shown: null })
  const fault = faultIn(secretFields.otlp, new Map(Object.entries({ header: '', value: 'secret' })))
  expect(fault?.field).toBe('value')
  const half = faultIn(secretFields.otlp, new Map(Object.entries({ header: 'X-Api-Key', value: '' })))
  expect(half?.field).toBe('header')
})
