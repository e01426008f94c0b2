/** What the form of a resource holds, and how that becomes an endpoint. Pure. */
import { type Endpoint, type ResourceOptions, slug, toBase64url } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import type { Resource } from '../data/names.ts'
import { hostName, needed, portNumber, shortName } from '../parts/validation.ts'
import { policyOf, recipientsFault, recordingIn, recordingValues, type RecordingValues } from '../recording/recording-values.ts'
import { pinText } from './endpoint-text.ts'

export interface ResourceValues extends RecordingValues {
  readonly name: string
  readonly description: string
  readonly tags: string[]
  readonly site: string
  readonly host: string
  /** A text while the field is empty. */
  readonly port: number | string
  readonly trust: 'system' | 'own' | 'pinned'
  readonly certificates: string
  readonly serverName: string
  readonly pin: string
  readonly plaintextAllowed: boolean
  readonly weakestAuthentication: Endpoint['weakestAuthentication']
  readonly labelConnections: boolean
  readonly strictRecording: boolean
  /** Whether the resource says itself how it is recorded. */
  readonly recording: 'organization' | 'own'
}

const DEFAULT_PORT = 5432
const DIGEST_LENGTH = 32

export const newResource = (site: string): ResourceValues => ({
  name: '',
  description: '',
  tags: [],
  site,
  host: '',
  port: DEFAULT_PORT,
  trust: 'system',
  certificates: '',
  serverName: '',
  pin: '',
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
  labelConnections: true,
  strictRecording: false,
  recording: 'organization',
  ...recordingValues(policyOf(null)),
})

export const valuesOf = ({ name, description, tags, site, endpoint, options }: Resource): ResourceValues => {
  const { tls, host, port, plaintextAllowed, weakestAuthentication } = endpoint
  const own = tls.kind === 'authority' ? tls : { certificates: '', serverName: null }
  return {
    name,
    description,
    tags: [...tags],
    site,
    host,
    port,
    trust: tls.kind === 'pinned' ? 'pinned' : own.certificates === '' ? 'system' : 'own',
    certificates: own.certificates,
    serverName: own.serverName ?? '',
    pin: tls.kind === 'pinned' ? pinText(tls.sha256) : '',
    plaintextAllowed,
    weakestAuthentication,
    labelConnections: options.labelConnections,
    strictRecording: options.strictRecording,
    recording: options.recording ? 'own' : 'organization',
    ...recordingValues(policyOf(options.recording)),
  }
}

export const optionsOf = (values: ResourceValues): ResourceOptions => ({
  labelConnections: values.labelConnections,
  strictRecording: values.strictRecording,
  recording: values.recording === 'own' ? recordingIn(values) : null,
})

/** SHA-256 as people paste it, in base64url; null when it is none. */
export const pinOf = (typed: string): string | null => {
  const digits = typed.replaceAll(/[\s:]/g, '')
  if (!/^[0-9a-fA-F]*$/.test(digits) || digits.length !== DIGEST_LENGTH * 2) return null
  return toBase64url(Uint8Array.from({ length: DIGEST_LENGTH }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16)))
}

export const endpointOf = (values: ResourceValues): Endpoint => {
  const serverName = values.serverName.trim()
  const authority = (certificates: string): Endpoint['tls'] => ({
    kind: 'authority',
    certificates,
    serverName: serverName === '' ? null : serverName,
  })
  const tls: Readonly<Record<ResourceValues['trust'], () => Endpoint['tls']>> = {
    system: () => authority(''),
    own: () => authority(values.certificates),
    pinned: () => ({ kind: 'pinned', sha256: pinOf(values.pin) ?? '' }),
  }
  return {
    protocol: 'postgresql',
    host: values.host.trim(),
    port: Number(values.port),
    tls: tls[values.trust](),
    plaintextAllowed: values.plaintextAllowed,
    weakestAuthentication: values.weakestAuthentication,
  }
}

export const checks = {
  name: shortName,
  site: needed,
  host: hostName,
  port: portNumber,
  tags: (tags: readonly string[]) => (tags.every((tag) => slug.safeParse(tag).success) ? null : text('admin.slugError')),
  certificates: (pem: string, { trust }: ResourceValues) =>
    trust !== 'own' || pem.includes('-----BEGIN CERTIFICATE-----') ? null : text('catalogue.authorityError'),
  serverName: (name: string, { trust }: ResourceValues) => (trust === 'pinned' || name.trim() === '' ? null : hostName(name)),
  recipients: (typed: string, values: ResourceValues) => (values.recording === 'own' ? recipientsFault(typed, values) : null),
  pin: (typed: string, { trust }: ResourceValues) =>
    trust !== 'pinned' || pinOf(typed) !== null ? null : text('catalogue.pinError'),
}
