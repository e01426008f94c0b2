/**
 * Which addresses the gateway connects to. Checked after name resolution, on the very address that is then dialled, so that a
 * name that changes between check and use gains nothing. Refused, unless the gateway's own configuration allows the network:
 * itself (loopback, unspecified, its listener), its link (also where clouds keep their metadata) and what is no single host.
 * IPv4 addresses within IPv6 ones are judged as themselves.
 */
import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net'

/** RFC 6890 and the registries that it founded; `/prefix` in bits. */
const refusedIpv4 = [
  '0.0.0.0/8', // "this network": connects to the host itself (RFC 1122 §3.2.1.3)
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local (RFC 3927); metadata of most clouds at 169.254.169.254
  '192.0.0.0/24', // IETF assignments (RFC 6890); metadata of one cloud at 192.0.0.192
  '100.100.100.200/32', // metadata of one cloud
  '168.63.129.16/32', // platform address of one cloud
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and limited broadcast
] as const

const refusedIpv6 = [
  '::/128', // unspecified
  '::1/128', // loopback
  'fe80::/10', // link-local
  'fec0::/10', // site-local, deprecated (RFC 3879)
  'ff00::/8', // multicast
  'fd00:ec2::254/128', // metadata of one cloud
  'fd20:ce::254/128', // metadata of one cloud
] as const

/** IPv6 networks with an IPv4 address in them, and where, in bytes. */
const embeddedIpv4 = [
  { network: '::ffff:0:0/96', offset: 12 }, // IPv4-mapped (RFC 4291 §2.5.5.2)
  { network: '::ffff:0:0:0/96', offset: 12 }, // IPv4-translated (RFC 2765 §2.1)
  { network: '::/96', offset: 12 }, // IPv4-compatible, deprecated (RFC 4291 §2.5.5.1)
  { network: '64:ff9b::/96', offset: 12 }, // NAT64 (RFC 6052 §2.1)
  { network: '64:ff9b:1::/48', offset: 12 }, // local NAT64 (RFC 8215)
  { network: '2002::/16', offset: 2 }, // 6to4 (RFC 3056 §2)
] as const

const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** `address/prefix`. Throws a TypeError for anything else. */
const addNetwork = (list: BlockList, text: string): BlockList => {
  const [address = '', prefix = ''] = text.split('/')
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  const bits = Number(prefix)
  const isValid = (isIPv4(address) || isIPv6(address)) && /^\d{1,3}$/.test(prefix) && bits <= (family === 'ipv4' ? 32 : 128)
  if (!isValid) throw new TypeError(`${text} is not a network such as 10.1.0.0/16`)
  list.addSubnet(address, bits, family)
  return list
}

export const networks = (texts: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const text of texts) addNetwork(list, text)
  return list
}

/** The 16 bytes of an IPv6 address. */
const bytesOf = (address: string): Buffer => {
  const [head = '', tail] = new SocketAddress({ address, family: 'ipv6' }).address.split('::')
  const groups = (text: string): number[] => text.split(':').filter(Boolean).flatMap(groupsOf)
  const [left, right] = [groups(head), groups(tail ?? '')]
  const all = tail === undefined ? left : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

/** One group of 16 bits, or the two that a dotted end makes. */
const groupsOf = (text: string): number[] => {
  if (!text.includes('.')) return [Number.parseInt(text, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return [(a << 8) | b, (c << 8) | d]
}

const refused4 = networks(refusedIpv4)
const refused6 = networks(refusedIpv6)
const embedded = embeddedIpv4.map(({ network, offset }) => ({ list: networks([network]), offset }))

export interface AddressRulesOptions {
  /** Networks that are allowed although the rules refuse them. */
  readonly allowed: readonly string[]
  readonly allowLoopback: boolean
  /** The gateway's own listener, which it never connects to. */
  readonly ownListener: () => { readonly addresses: readonly string[]; readonly port: number } | null
}

export class AddressRules {
  readonly #allowed: BlockList
  readonly #ownListener: AddressRulesOptions['ownListener']

  /** Throws a TypeError for a network that is none. */
  constructor(options: AddressRulesOptions) {
    this.#allowed = networks([...options.allowed, ...(options.allowLoopback ? LOOPBACK : [])])
    this.#ownListener = options.ownListener
  }

  /** Whether the gateway may connect to this IP address. False for anything that is no address. */
  allows(address: string, port: number): boolean {
    if (this.#isOwnListener(address, port)) return false
    if (isIPv4(address)) return this.#allowsIpv4(address)
    return isIPv6(address) && this.#allowsIpv6(address)
  }

  #allowsIpv4(address: string): boolean {
    return this.#allowed.check(address, 'ipv4') || !refused4.check(address, 'ipv4')
  }

  #allowsIpv6(address: string): boolean {
    // A zone names one of this machine's links.
    if (address.includes('%')) return false
    if (this.#allowed.check(address, 'ipv6')) return true
    if (refused6.check(address, 'ipv6')) return false
    const holder = embedded.find(({ list }) => list.check(address, 'ipv6'))
    return (
      holder === undefined ||
      this.#allowsIpv4(
        bytesOf(address)
          .subarray(holder.offset, holder.offset + 4)
          .join('.'),
      )
    )
  }

  #isOwnListener(address: string, port: number): boolean {
    const own = this.#ownListener()
    return own !== null && own.port === port && own.addresses.includes(plain(address))
  }
}

/** An IPv4-mapped address as the IPv4 address it reaches. */
const plain = (address: string): string =>
  isIPv6(address) && embedded[0]!.list.check(address, 'ipv6') ? bytesOf(address).subarray(12).join('.') : address
