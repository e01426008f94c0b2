/** What the form of a sink holds, and how that becomes where it sends. Pure. */
import { sinkDestination, type SinkDestination, type SinkSecret, type SinkStream } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'
import { holds, type SealedField } from '../parts/sealed-field.ts'
import { needed } from '../parts/validation.ts'

export type SinkKind = SinkDestination['kind']

export interface SinkValues {
  readonly name: string
  readonly kind: SinkKind
  readonly streams: SinkStream | 'both'
  readonly from: 'beginning' | 'now'
  /** MiB; number fields hold a text while they are empty. */
  readonly size: number | string
  readonly keepFiles: number | string
  readonly host: string
  readonly port: number | string
  readonly url: string
  readonly certificates: string
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly prefix: string
}

const MEBIBYTE = 1024 * 1024

export const newSink: SinkValues = {
  name: '',
  kind: 'syslog',
  streams: 'log',
  from: 'beginning',
  size: 64,
  keepFiles: 0,
  host: '',
  port: 6514,
  url: '',
  certificates: '',
  endpoint: '',
  region: '',
  bucket: '',
  prefix: '',
}

export const streamsOf = ({ streams }: Pick<SinkValues, 'streams'>): SinkStream[] =>
  streams === 'both' ? ['log', 'activity'] : [streams]

/** A slash at the end of a prefix that is not empty. */
const prefixOf = (typed: string): string => typed.trim().replace(/(?<=[^/])$/, '/')

const candidateOf = (values: SinkValues): object => {
  const { kind } = values
  const certificates = values.certificates.trim()
  switch (kind) {
    case 'file':
      return { kind, maxBytes: Math.round(Number(values.size) * MEBIBYTE), keepFiles: values.keepFiles }
    case 'syslog':
      return { kind, host: values.host.trim(), port: values.port, certificates }
    case 'webhook':
    case 'otlp':
      return { kind, url: values.url.trim(), certificates }
    case 'object-store': {
      const { region, bucket, prefix } = values
      const endpoint = values.endpoint.trim() === '' ? null : values.endpoint.trim()
      return { kind, endpoint, region: region.trim(), bucket: bucket.trim(), prefix: prefixOf(prefix) }
    }
  }
}

/** Throws what the schema finds; {@link sinkFaults} says it at the fields before. */
export const destinationOf = (values: SinkValues): SinkDestination => sinkDestination.parse(candidateOf(values))

/** What is wrong, by field. */
export const sinkFaults = (values: SinkValues): Partial<Record<keyof SinkValues, string>> => {
  const faults: Partial<Record<keyof SinkValues, string>> = {}
  const parsed = sinkDestination.safeParse(candidateOf(values))
  for (const { path } of parsed.success ? [] : parsed.error.issues) {
    const field = path[0] === 'maxBytes' ? 'size' : (path[0] as keyof SinkValues)
    faults[field] = needed(String(values[field])) ?? text('sinks.malformed')
  }
  const unnamed = needed(values.name)
  return unnamed === null ? faults : { ...faults, name: unnamed }
}

/** What a person types so that the receiver lets Sallyport in. */
export const secretFields: Readonly<Record<SinkKind, readonly SealedField[]>> = {
  'file': [],
  'syslog': [
    {
      name: 'certificate',
      label: () => text('sinks.certificate'),
      hint: () => text('sinks.certificateHint'),
      form: 'pem',
      most: 8192,
      optional: true,
      fault: (certificate, all) =>
        all.get('key')?.trim() === ''
          ? text('sinks.keyMissing')
          : holds('CERTIFICATE', () => text('catalogue.certificateError'))(certificate),
    },
    {
      name: 'key',
      label: () => text('catalogue.privateKey'),
      form: 'pem',
      most: 4096,
      optional: true,
      fault: (key, all) =>
        all.get('certificate')?.trim() === ''
          ? text('sinks.certificateMissing')
          : holds('PRIVATE KEY', () => text('catalogue.privateKeyError'))(key),
    },
  ],
  'webhook': [],
  'object-store': [
    { name: 'id', label: () => text('sinks.accessKeyId'), form: 'plain', most: 256 },
    { name: 'secret', label: () => text('sinks.accessKey'), form: 'secret', most: 1024 },
  ],
  'otlp': [
    {
      name: 'header',
      label: () => text('sinks.header'),
      hint: () => text('sinks.headerHint'),
      form: 'plain',
      most: 64,
      optional: true,
      fault: (name, all) => {
        if (all.get('value') === '') return text('sinks.valueMissing')
        return /^[A-Za-z][A-Za-z0-9-]*$/.test(name.trim()) ? null : text('sinks.malformed')
      },
    },
    {
      name: 'value',
      label: () => text('sinks.headerValue'),
      form: 'secret',
      most: 2048,
      optional: true,
      fault: (_, all) => (all.get('header')?.trim() === '' ? text('sinks.headerMissing') : null),
    },
  ],
}

/** Bytes of a key that this page makes. */
export const KEY_LENGTH = 32

export interface PreparedSecret {
  readonly secret: SinkSecret | null
  /** What the receiver must be told to verify what comes; shown once. Null: nothing. */
  readonly shown: string | null
}

/** @param random {@link KEY_LENGTH} bytes. */
export const secretOf = (kind: SinkKind, typed: ReadonlyMap<string, string>, random: Uint8Array): PreparedSecret => {
  const valueOf = (name: string): string => (typed.get(name) ?? '').trim()
  switch (kind) {
    case 'webhook': {
      // Standard Webhooks writes keys in base64, after `whsec_`.
      const key = btoa(String.fromCharCode(...random))
      return { secret: { kind: 'signing-key', key }, shown: `whsec_${key}` }
    }
    case 'object-store':
      return { secret: { kind: 'access-key', id: valueOf('id'), secret: valueOf('secret') }, shown: null }
    case 'otlp': {
      const name = valueOf('header')
      return { secret: name === '' ? null : { kind: 'header', name, value: valueOf('value') }, shown: null }
    }
    case 'syslog': {
      const [certificate, key] = [valueOf('certificate'), valueOf('key')]
      return { secret: certificate === '' ? null : { kind: 'client-certificate', certificate, key }, shown: null }
    }
    case 'file':
      return { secret: null, shown: null }
  }
}
