/** Towards the tool: from its first byte to a request that can be served, and what it is told when it is let in. */
import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { ByteInput } from './byte-input.ts'
import { encodeAuthenticationOk, encodeBackendKey, encodeNegotiateProtocolVersion, type BackendKey } from './codec/backend.ts'
import { VERSION_3_0, VERSION_3_2 } from './codec/messages.ts'
import { decodeStartupPacket, startupBodyLength, type StartupPacket, type StartupParameters } from './codec/startup.ts'
import { ProtocolViolation } from './codec/violation.ts'
import { postgresqlError } from './errors.ts'

export interface StartupRequest {
  readonly kind: 'startup'
  /** What the tool and we speak: {@link VERSION_3_0} or {@link VERSION_3_2}. */
  readonly version: number
  /** True if the tool asked for another minor version than we speak, or for protocol options that we do not know. */
  readonly negotiated: boolean
  readonly unknownOptions: readonly string[]
  /** Without protocol options. */
  readonly parameters: StartupParameters
}

export interface CancelRequest {
  readonly kind: 'cancel'
  readonly processId: number
  readonly secret: Buffer
}

/** Names of protocol options (manual, "StartupMessage"). We know none: an unknown one could change what bytes mean. */
const OPTION_PREFIX = '_pq_.'

const REFUSED = Buffer.from('N')

const readPacket = async (input: ByteInput): Promise<StartupPacket> => {
  const length = startupBodyLength(await input.take(4))
  return decodeStartupPacket(await input.take(length))
}

const toRequest = (version: number, parameters: StartupParameters): StartupRequest => {
  const major = version >> 16
  const minor = version & 0xffff
  if (major !== 3) throw postgresqlError('unsupported_version', { detail: `The tool asked for ${major}.${minor}.` })
  const unknownOptions = [...parameters.keys()].filter((name) => name.startsWith(OPTION_PREFIX))
  // 3.1 was never spoken (manual, "Protocol Versions"); what comes after 3.2 we do not know yet.
  const spoken = minor >= 2 ? VERSION_3_2 : VERSION_3_0
  return {
    kind: 'startup',
    version: spoken,
    negotiated: spoken !== version || unknownOptions.length > 0,
    unknownOptions,
    parameters: new Map([...parameters].filter(([name]) => !name.startsWith(OPTION_PREFIX))),
  }
}

/**
 * Reads packets until the tool says what it wants. Encryption is refused with 'N': the agent ends it before the tunnel. A tool
 * must wait for that answer; bytes that came before it would later pass as if they had been sent under encryption
 * (CVE-2021-23222), so they end the connection.
 */
export const acceptTool = async (client: Duplex, input: ByteInput): Promise<StartupRequest | CancelRequest> => {
  const refused = new Set<string>()
  for (;;) {
    const packet = await readPacket(input)
    switch (packet.kind) {
      case 'ssl':
      case 'gssEncryption':
        if (refused.has(packet.kind)) throw new ProtocolViolation('the same encryption was asked for twice')
        if (input.buffered > 0) throw new ProtocolViolation('data before the answer to an encryption request')
        refused.add(packet.kind)
        client.write(REFUSED)
        break
      case 'cancel':
        return packet
      case 'startup':
        return toRequest(packet.version, packet.parameters)
    }
  }
}

/** Bytes of a cancel secret that we mint: 4 is all that 3.0 can carry, and 3.2 lets us make it unguessable. */
const secretLength = (version: number): number => (version === VERSION_3_2 ? 32 : 4)

/** The key that the tool gets: the resource's process ID, with a secret of ours. */
export const mintKey = (version: number, processId: number): BackendKey => ({
  processId,
  secret: randomBytes(secretLength(version)),
})

/** Under which a key is found in the registry of cancels. */
export const cancelKey = ({ processId, secret }: BackendKey): string => `${processId}:${secret.toString('hex')}`

/**
 * All that a tool gets before its first ReadyForQuery. `statuses` are the resource's own messages (ParameterStatus,
 * NoticeResponse) and `ready` its ReadyForQuery, all as they came.
 */
export const encodeGreeting = (
  request: StartupRequest,
  greeting: { readonly statuses: readonly Buffer[]; readonly key: BackendKey | null; readonly ready: Buffer },
): Buffer => {
  const messages: Buffer[] = []
  if (request.negotiated) messages.push(encodeNegotiateProtocolVersion(request.version, request.unknownOptions))
  messages.push(encodeAuthenticationOk(), ...greeting.statuses)
  if (greeting.key !== null) messages.push(encodeBackendKey(greeting.key))
  messages.push(greeting.ready)
  return Buffer.concat(messages)
}
