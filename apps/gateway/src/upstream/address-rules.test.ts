import { isIP, SocketAddress } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressRules, networks } from './address-rules.ts'

const rules = (change: Partial<ConstructorParameters<typeof AddressRules>[0]> = {}): AddressRules =>
  new AddressRules({ allowed: [], allowLoopback: false, ownListener: () => null, ...change })

const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
const text = (bytes: readonly number[]): string => bytes.join('.')
const hex = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string =>
  `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`

/** The rules for IPv4, said once more and independently. */
const isRefused = ([a, b, c, d]: readonly number[]): boolean =>
  a === 0 ||
  a === 127 ||
  (a === 169 && b === 254) ||
  (a === 192 && b === 0 && c === 0) ||
  (a === 100 && b === 100 && c === 100 && d === 200) ||
  (a === 168 && b === 63 && c === 129 && d === 16) ||
  a! >= 224

const special = fc.constantFrom(
  [127, 0, 0, 1],
  [169, 254, 169, 254],
  [0, 0, 0, 0],
  [224, 0, 0, 1],
  [255, 255, 255, 255],
  [10, 0, 0, 1],
)
const anyIpv4 = fc.oneof(
  ipv4.map((bytes) => [...bytes]),
  special,
)

describe('an IPv4 address', () => {
  test('is refused exactly when it is the host itself, its link, metadata or many', () => {
    fc.assert(
      fc.property(anyIpv4, (bytes) => {
        expect(rules().allows(text(bytes), 5432)).toBe(!isRefused(bytes))
      }),
    )
  })

  test('within an IPv6 address is judged as itself, in whichever form', () => {
    fc.assert(
      fc.property(anyIpv4, (bytes) => {
        const expected = !isRefused(bytes)
        const forms = [
          `::ffff:${text(bytes)}`,
          `::ffff:${hex(bytes)}`,
          `0:0:0:0:0:ffff:${hex(bytes)}`,
          `64:ff9b::${text(bytes)}`,
          `64:ff9b:1::${hex(bytes)}`,
          `2002:${hex(bytes)}::1`,
          `::ffff:0:${text(bytes)}`,
        ]
        for (const form of forms) {
          expect(rules().allows(form, 5432), form).toBe(expected)
          expect(rules().allows(new SocketAddress({ address: form, family: 'ipv6' }).address, 5432), form).toBe(expected)
        }
      }),
    )
  })
})

describe('an IPv6 address', () => {
  test.each([
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    'fe80::1',
    'febf::1',
    'fec0::1',
    'ff02::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fe80::1%eth0',
  ])('%s is refused', (address) => {
    expect(rules().allows(address, 5432)).toBe(false)
  })
  test.each(['2001:db8::1', 'fd12:3456::1', 'fc00::1'])('%s is allowed', (address) => {
    expect(rules().allows(address, 5432)).toBe(true)
  })
})

test('what is no address is refused', () => {
  const names = fc.oneof(fc.string(), fc.constantFrom('localhost', '127.1', '0x7f000001', '2130706433', '1.2.3', ''))
  fc.assert(
    fc.property(
      names.filter((name) => isIP(name) === 0),
      (name) => {
        expect(rules().allows(name, 5432)).toBe(false)
      },
    ),
  )
})

test('configuration allows loopback, or a network, and nothing else with it', () => {
  const loopback = rules({ allowLoopback: true })
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every((address) => loopback.allows(address, 1))).toBe(true)
  expect(['169.254.169.254', '0.0.0.0', '::', 'fe80::1'].some((address) => loopback.allows(address, 1))).toBe(false)
  const link = rules({ allowed: ['169.254.10.0/24'] })
  expect(link.allows('169.254.10.7', 1)).toBe(true)
  expect(link.allows('::ffff:169.254.10.7', 1)).toBe(true)
  expect(link.allows('169.254.169.254', 1)).toBe(false)
})

test("the gateway's own listener is refused also where loopback is allowed", () => {
  const own = rules({ allowLoopback: true, ownListener: () => ({ addresses: ['127.0.0.1', '192.0.2.7'], port: 7443 }) })
  expect(own.allows('127.0.0.1', 7443)).toBe(false)
  expect(own.allows('::ffff:127.0.0.1', 7443)).toBe(false)
  expect(own.allows('192.0.2.7', 7443)).toBe(false)
  expect(own.allows('127.0.0.1', 7444)).toBe(true)
})

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fe80::/129', 'example.com/8', '10.0.0.0/-1', '/8'])(
  '%s is no network',
  (network) => {
    expect(() => networks([network])).toThrow(TypeError)
  },
)
