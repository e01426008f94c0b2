import { endpoint } from '@sallyport/protocol'
import { describe, expect, test } from 'vitest'
import { pinText } from './endpoint-text.ts'
import { checks, endpointOf, newResource, optionsOf, pinOf, type ResourceValues, valuesOf } from './resource-values.ts'

const digits = 'ab12'.repeat(16)
const filled: ResourceValues = { ...newResource('site'), name: 'shop-db', host: ' db.internal ', port: 5433 }

describe('a certificate’s digest', () => {
  test('is taken with and without colons, and shown as it was', () => {
    const pin = pinOf(digits)
    expect(pin).not.toBeNull()
    expect(pinOf(pinText(pin!))).toBe(pin)
  })
  test.for(['', digits.slice(1), `${digits}0`, digits.replace('a', 'g')])('%j is none', (typed) => {
    expect(pinOf(typed)).toBeNull()
  })
})

describe('the endpoint of a form', () => {
  const kinds: readonly Partial<ResourceValues>[] = [
    { trust: 'system' },
    { trust: 'own', certificates: '-----BEGIN CERTIFICATE-----', serverName: 'db.example' },
    { trust: 'pinned', pin: digits },
  ]
  test.for(kinds)('%j is one that the API takes, and comes back into the form as it was', (part) => {
    const values = { ...filled, ...part }
    const made = endpoint.parse(endpointOf(values))
    const { labelConnections, strictRecording, name, description, tags, site } = values
    const shown = valuesOf({
      id: 'id',
      name,
      description,
      tags,
      site,
      endpoint: made,
      options: { labelConnections, strictRecording },
    })
    expect(endpointOf(shown)).toEqual(made)
  })
  test('is checked by the kind of trust that is chosen', () => {
    expect(checks.pin('', filled)).toBeNull()
    expect(checks.pin('', { ...filled, trust: 'pinned' })).not.toBeNull()
    expect(checks.certificates('', { ...filled, trust: 'own' })).not.toBeNull()
    expect(checks.serverName('not a host', filled)).not.toBeNull()
  })
})

test('how a resource is recorded is kept by a form in which nobody touched it', () => {
  const recording = { keep: 'both', binds: 'drop', recipients: [`age1${'q'.repeat(58)}`] } as const
  const options = {
    labelConnections: true,
    strictRecording: true,
    recording: { ...recording, recipients: [...recording.recipients] },
  }
  const shown = valuesOf({ id: 'id', site: 'site', name: 'db', description: '', tags: [], endpoint: endpointOf(filled), options })
  expect(optionsOf(shown)).toEqual(options)
  expect(optionsOf({ ...shown, recording: 'organization' })).toMatchObject({ recording: null })
  expect(checks.recipients('', shown)).not.toBeNull()
  expect(checks.recipients('', { ...shown, recording: 'organization' })).toBeNull()
})
