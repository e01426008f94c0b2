/** Addresses, origins and networks as they are set. Each throws {@link ConfigError}, naming what was set. */
import { BlockList, isIP } from 'node:net'
import type { Address } from '../links/serve.ts'
import { isLoopback } from '../program/loopback.ts'
import { ConfigError } from './config-error.ts'

const addressPattern = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/

export const parseAddress = (name: string, text: string): Address => {
  const [, six, four, digits] = addressPattern.exec(text) ?? []
  const host = six ?? four
  const port = Number(digits)
  if (host === undefined || !(port <= 65_535)) throw new ConfigError(`${name}: host:port is expected, not "${text}"`)
  return { host, port }
}

export const parseOrigin = (name: string, text: string | undefined): string | null => {
  if (text === undefined) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.protocol !== 'https:' || url.origin !== text) {
    throw new ConfigError(`${name}: https://host[:port] is expected, without anything behind`)
  }
  return text
}

/** Pages may be reached without TLS on the same computer only: a browser trusts what is on loopback as it trusts HTTPS. */
export const parsePagesOrigin = (name: string, text: string | undefined): string | null => {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null
  const isLocal = url?.protocol === 'http:' && isLoopback(url.hostname) && url.origin === text
  return isLocal ? url.origin : parseOrigin(name, text)
}

/** `127.0.0.0/8,fd00::/8`. */
export const parseNetworks = (name: string, text: string | undefined): BlockList => {
  const list = new BlockList()
  for (const network of (text ?? '').split(',').filter((part) => part !== '')) {
    const [address, prefix, ...more] = network.trim().split('/')
    const family = isIP(address ?? '')
    const bits = /^\d{1,3}$/.test(prefix ?? '') ? Number(prefix) : Number.NaN
    if (family === 0 || more.length > 0 || !(bits <= (family === 6 ? 128 : 32))) {
      throw new ConfigError(`${name}: networks with commas are expected, 10.0.0.0/8, not "${network}"`)
    }
    list.addSubnet(address!, bits, family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
