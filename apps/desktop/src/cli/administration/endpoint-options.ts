/** The options that say where a resource lives and how its TLS is trusted. */
import { authenticationStrength, type Endpoint, protocolName } from '@sallyport/protocol'
import { invalid } from '../parameters/invalid.ts'
import { fileContents } from '../parameters/files.ts'
import { flag, option, requiredOption, type ValuesOf } from '../parameters/parameter.ts'
import { certificateDigest, choice, hostName, onOrOff, portNumber } from '../parameters/readers.ts'

const trustOptions = {
  tlsAuthority: option('tls-ca <file>', 'trusts certificates of this CA (PEM); without it those of the system', fileContents),
  tlsServerName: option('tls-server-name <name>', 'the name in its certificate, where that is not its host', hostName),
  tlsPin: option('tls-pin <sha256>', 'trusts exactly the certificate with this SHA-256', certificateDigest),
}

const weakest = option(
  'weakest-authentication <way>',
  'the weakest way the gateway may sign in (scram if not given)',
  choice(authenticationStrength.options),
)
const protocol = option('protocol <name>', 'its protocol (postgresql if not given)', choice(protocolName.options))

/** For a new resource. */
export const endpointOptions = {
  host: requiredOption('host <host>', 'host name or IP address, as its gateway reaches it', hostName),
  port: option('port <port>', 'port (5432 if not given)', portNumber),
  protocol,
  ...trustOptions,
  plaintextAllowed: flag('allow-plaintext', 'lets the gateway speak without TLS when the resource refuses it'),
  weakestAuthentication: weakest,
}

/** For a change: what is not given stays. */
export const endpointChangeOptions = {
  host: option('host <host>', 'host name or IP address', hostName),
  port: option('port <port>', 'port', portNumber),
  ...trustOptions,
  tlsSystem: flag('tls-system', 'trusts the CAs of the system again'),
  plaintextAllowed: option('allow-plaintext <on|off>', 'whether the gateway may speak without TLS', onOrOff),
  weakestAuthentication: weakest,
}

interface GivenTrust {
  readonly tlsAuthority: string | undefined
  readonly tlsServerName: string | undefined
  readonly tlsPin: string | undefined
  readonly tlsSystem?: boolean
}

/** @param present what stays where nothing else is said; undefined is answered when nothing was said at all. */
export const trustOf = (given: GivenTrust, present: Endpoint['tls']): Endpoint['tls'] | undefined => {
  const { tlsAuthority, tlsServerName, tlsPin, tlsSystem = false } = given
  if (tlsPin !== undefined) {
    if (tlsAuthority !== undefined || tlsServerName !== undefined || tlsSystem)
      throw invalid('A pin names one certificate: --tls-pin stands alone.')
    return { kind: 'pinned', sha256: tlsPin }
  }
  if (tlsAuthority !== undefined && tlsSystem) throw invalid('Either --tls-ca or --tls-system.')
  if (tlsAuthority === undefined && tlsServerName === undefined && !tlsSystem) return undefined
  const before = present.kind === 'authority' ? present : defaultTrust
  return {
    kind: 'authority',
    certificates: tlsAuthority ?? (tlsSystem ? '' : before.certificates),
    serverName: tlsServerName ?? before.serverName,
  }
}

const defaultPorts: Readonly<Record<Endpoint['protocol'], number>> = { postgresql: 5432 }
/** The CAs of the system, for the host's own name. */
const defaultTrust = { kind: 'authority', certificates: '', serverName: null } as const satisfies Endpoint['tls']

/** Verified TLS and SCRAM, unless something else was given. */
export const endpointOf = (values: ValuesOf<typeof endpointOptions>): Endpoint => {
  const protocolOfIt = values.protocol ?? 'postgresql'
  return {
    protocol: protocolOfIt,
    host: values.host,
    port: values.port ?? defaultPorts[protocolOfIt],
    tls: trustOf(values, defaultTrust) ?? defaultTrust,
    plaintextAllowed: values.plaintextAllowed,
    weakestAuthentication: values.weakestAuthentication ?? 'scram',
  }
}

export const trustText = (tls: Endpoint['tls']): string => {
  if (tls.kind === 'pinned') return `exactly the certificate with SHA-256 ${Buffer.from(tls.sha256, 'base64url').toString('hex')}`
  const authority = tls.certificates === '' ? 'CAs of the system' : 'its own CA'
  return tls.serverName === null ? authority : `${authority}, as ${tls.serverName}`
}

export const endpointText = ({ host, port, tls, plaintextAllowed }: Endpoint): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}, TLS by ${trustText(tls)}${plaintextAllowed ? ', plaintext allowed' : ''}`
