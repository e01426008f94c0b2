/** Where an organization may have this program connect to: not to itself, nor to what only its own machine or cloud can reach. */
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Loopback, link-local (and with it the metadata of clouds), multicast, and what means this machine. */
const forbiddenNetworks = (): BlockList => {
  const list = new BlockList()
  list.addSubnet('0.0.0.0', 8, 'ipv4')
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  list.addSubnet('169.254.0.0', 16, 'ipv4')
  list.addSubnet('224.0.0.0', 3, 'ipv4')
  list.addSubnet('::', 127, 'ipv6')
  list.addSubnet('::ffff:0:0', 96, 'ipv6')
  list.addSubnet('fe80::', 10, 'ipv6')
  list.addSubnet('ff00::', 8, 'ipv6')
  list.addAddress('fd00:ec2::254', 'ipv6')
  return list
}
const forbidden = forbiddenNetworks()

export interface Outward {
  /** For sockets: refuses a name as soon as one of its addresses is refused. */
  readonly lookup: LookupFunction
  /** Throws for an address that is refused. Names are looked up by `lookup`. `host` as in a URL, with or without brackets. */
  demand(host: string): void
  /** Whether the operator named the network of this address: then it need not be spoken to over TLS. False for names. */
  isAllowed(host: string): boolean
}

/** `allowed`: networks that the operator lets organizations reach all the same. `who`: for messages, in the plural. */
export const outward = (allowed: BlockList, who: string): Outward => {
  const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
  const mayReach = (address: string): boolean =>
    allowed.check(address, familyOf(address)) || !forbidden.check(address, familyOf(address))
  const literalOf = (host: string): string | null => {
    const literal = host.replace(/^\[|\]$/g, '')
    return isIP(literal) === 0 ? null : literal
  }
  const refusal = (host: string) => Object.assign(new Error(`the operator does not let ${who} be at ${host}`), { code: 'EACCES' })
  return {
    lookup: (host, options, done) => {
      resolve(host, options, (error, found, family) => {
        const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found]
        done(error === null && !addresses.every(mayReach) ? refusal(host) : error, found, family)
      })
    },
    demand: (host) => {
      const literal = literalOf(host)
      if (literal !== null && !mayReach(literal)) throw refusal(literal)
    },
    isAllowed: (host) => {
      const literal = literalOf(host)
      return literal !== null && allowed.check(literal, familyOf(literal))
    },
  }
}
