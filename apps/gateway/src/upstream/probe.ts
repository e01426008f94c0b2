/** Tries to reach an endpoint just as a connection would, one step after the other, and says what each found. No credential is used. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import {
  type Endpoint,
  type ErrorCode,
  PROBE_LIMIT,
  type ProbeStep,
  type ProbeStepName,
  SallyportError,
} from '@sallyport/protocol'
import type { Adapter, UpstreamConnection } from '../adapters/adapter.ts'
import type { AddressRules } from './address-rules.ts'
import { secureDialled } from './connector.ts'
import { addressesOf, allowedOf, connectToFirst, type Resolve } from './dial.ts'

/** Milliseconds for each step, so that the slow one is known by its name. */
const STEP_LIMIT = 6_000
const MAX_DETAIL = 300

export interface ProbeServices {
  readonly rules: AddressRules
  readonly resolve: Resolve
  readonly adapters: readonly Adapter[]
}

/** Ends the steps: what comes after one that failed cannot be tried. */
class Stopped extends Error {}

interface Outcome<Value> {
  readonly value: Value
  readonly detail: string
}

/** Runs steps by name, and writes down each. */
const recorder = (steps: ProbeStep[], limit: AbortSignal) => {
  const failed = (error: unknown): Pick<ProbeStep, 'code' | 'detail'> => {
    const code: ErrorCode = error instanceof SallyportError ? error.code : 'resource_unreachable'
    const told =
      error instanceof SallyportError && error.cause instanceof Error
        ? `${error.message} (${error.cause.message})`
        : String(error instanceof Error ? error.message : error)
    return { code, detail: told.slice(0, MAX_DETAIL) }
  }
  return async <Value>(step: ProbeStepName, work: (signal: AbortSignal) => Promise<Outcome<Value>>): Promise<Value> => {
    const begun = performance.now()
    const milliseconds = (): number => Math.round((performance.now() - begun) * 10) / 10
    try {
      const { value, detail } = await work(AbortSignal.any([limit, AbortSignal.timeout(STEP_LIMIT)]))
      steps.push({ step, ok: true, code: null, detail: detail.slice(0, MAX_DETAIL), milliseconds: milliseconds() })
      return value
    } catch (error) {
      steps.push({ step, ok: false, ...failed(error), milliseconds: milliseconds() })
      throw new Stopped()
    }
  }
}

const describeTls = ({ stream, serverCertificate }: UpstreamConnection): string => {
  if (!(stream instanceof TLSSocket) || serverCertificate === null) return 'The resource has no TLS; plaintext is allowed for it.'
  return `${stream.getProtocol()} with ${stream.getCipher().standardName}; its certificate is trusted.`
}

const run = async (
  endpoint: Endpoint,
  { rules, resolve, adapters }: ProbeServices,
  step: ReturnType<typeof recorder>,
): Promise<void> => {
  const { host, port, protocol } = endpoint
  const found = await step('name', async (signal) => {
    const value = await addressesOf(host, resolve, signal)
    if (value.length === 0) throw new SallyportError('resource_unreachable', { message: 'The name has no address.' })
    return { value, detail: value.slice(0, 8).join(', ') }
  })
  const allowed = await step('address', async () => {
    const value = allowedOf(found, port, rules)
    return { value, detail: `The gateway may connect to ${value.slice(0, 4).join(', ')}.` }
  })
  const adapter = adapters.find((each) => each.protocol === protocol)
  let open: Socket | UpstreamConnection['stream'] | null = null
  try {
    const socket = await step('connection', async (signal) => {
      const value = await connectToFirst(allowed, port, signal)
      return { value, detail: `${value.remoteAddress} answers on port ${port}.` }
    })
    open = socket
    socket.on('error', () => undefined)
    const secured = await step('encryption', async (signal) => {
      if (adapter === undefined) throw new SallyportError('unsupported_protocol')
      const value = await secureDialled(socket, { endpoint, clientCertificate: null, signal }, adapter.probe.how(signal))
      return { value, detail: describeTls(value) }
    })
    open = secured.stream
    secured.stream.on('error', () => undefined)
    await step('greeting', async (signal) => ({ value: null, detail: await adapter!.probe.greet(secured.stream, signal) }))
  } finally {
    open?.destroy()
  }
}

/** Never rejects. The last step is the one that failed, if one did. */
export const probe = async (endpoint: Endpoint, services: ProbeServices): Promise<readonly ProbeStep[]> => {
  const steps: ProbeStep[] = []
  try {
    await run(endpoint, services, recorder(steps, AbortSignal.timeout(PROBE_LIMIT)))
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  }
  return steps
}
