/** A TCP connection to a resource: the name resolved once, each address judged, the allowed ones tried in turn. */
import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { SallyportError } from '@sallyport/protocol'
import type { AddressRules } from './address-rules.ts'

/** Milliseconds for name and connection together. */
const CONNECT_LIMIT = 10_000
/** Milliseconds for one address while others are left. */
const ADDRESS_LIMIT = 4_000
/** Addresses of one name that are tried. */
const MAX_ADDRESSES = 8
const KEEPALIVE_DELAY = 30_000

export interface DialTarget {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
}

export type Resolve = (host: string) => Promise<readonly string[]>

export const resolveBySystem: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

/** Rejects with `address_refused` or `resource_unreachable`. */
export const dial = async (target: DialTarget, rules: AddressRules, resolve: Resolve): Promise<Socket> => {
  const signal = AbortSignal.any([target.signal, AbortSignal.timeout(CONNECT_LIMIT)])
  try {
    const found = await addressesOf(target.host, resolve, signal)
    return await connectToFirst(allowedOf(found, target.port, rules), target.port, signal)
  } catch (cause) {
    throw cause instanceof SallyportError ? cause : new SallyportError('resource_unreachable', { cause })
  }
}

/** Addresses of a host name, or the address itself. */
export const addressesOf = (host: string, resolve: Resolve, signal: AbortSignal): Promise<readonly string[]> =>
  isIP(host) === 0 ? abortable(resolve(host), signal) : Promise.resolve([host])

/** Those that may be dialled. Throws `address_refused` when there are addresses, and none may. */
export const allowedOf = (found: readonly string[], port: number, rules: AddressRules): readonly string[] => {
  const allowed = found.filter((address) => rules.allows(address, port)).slice(0, MAX_ADDRESSES)
  if (allowed.length === 0 && found.length > 0) throw new SallyportError('address_refused')
  return allowed
}

/** A system call cannot be called off; its answer is ignored then. */
const abortable = async <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> => {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(new Error('too late', { cause: signal.reason }))
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Rejects with what the last of them said. */
export const connectToFirst = async (addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> => {
  let failure: unknown = new Error('the name has no address')
  for (const [index, address] of addresses.entries()) {
    const isLast = index === addresses.length - 1
    const within = isLast ? signal : AbortSignal.any([signal, AbortSignal.timeout(ADDRESS_LIMIT)])
    try {
      return await connectTo(address, port, within)
    } catch (error) {
      failure = error
      if (signal.aborted) break
    }
  }
  throw failure
}

const connectTo = (address: string, port: number, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Error('too late'))
      return
    }
    const socket = connect({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_DELAY })
    const finish = (): void => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off('connect', onConnect)
    }
    const onAbort = (): void => {
      finish()
      socket.on('error', () => undefined)
      socket.destroy()
      reject(new Error(`${address} did not answer in time`))
    }
    const onError = (error: Error): void => {
      finish()
      reject(error)
    }
    const onConnect = (): void => {
      finish()
      resolve(socket)
    }
    signal.addEventListener('abort', onAbort)
    socket.once('error', onError)
    socket.once('connect', onConnect)
  })
