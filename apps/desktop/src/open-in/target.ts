/** What a tool is to open, and what it may be called there: names are written by others, and tools read signs into them. */
import { type PostgresAddress, postgresAddress } from '../shared/addresses.ts'
import type { LocalCredential } from '../shared/local-api.ts'

/** The listener takes any; some tools ask the person where there is none. */
const PASSWORD = 'unused'
const LONGEST_PART = 40
const ID_LENGTH = 8

export type Protocol = LocalCredential['granted']['resource']['protocol']

export interface Target extends PostgresAddress {
  /** Of the credential: the same at each launch, so that a tool finds again what it knows. */
  readonly id: string
  readonly protocol: Protocol
  /** `shop · read-only (Sallyport)`: letters, digits, spaces and `._·-` of others, told apart from a connection of the person's own. */
  readonly title: string
  /** `shop-read-only`: letters, digits and `-`. */
  readonly fileName: string
  /** Plain letters: the listener knows the credential by its port and reads no user. */
  readonly toolUser: string
  readonly password: string
}

const cleaned = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9 ._·-]/g, '')
    .replaceAll(/ +/g, ' ')
    .replace(/^[ ._·-]+/, '')
    .slice(0, LONGEST_PART)
    .trimEnd()

export const targetOf = (credential: LocalCredential, database?: string): Target => {
  const address = postgresAddress(credential, database)
  const { granted } = credential
  const written = [granted.resource.name, granted.name.slice(granted.name.lastIndexOf('/') + 1)]
  const parts = written.map(cleaned).filter((part) => part !== '')
  // Two names that differ only in what was left out stay two.
  if (parts.join('/') !== written.join('/')) parts.push(granted.credential.slice(0, ID_LENGTH))
  // A tool that knows the name goes to the port it knows.
  if (credential.portOverridden) parts.push(String(credential.port))
  return {
    ...address,
    id: granted.credential,
    protocol: granted.resource.protocol,
    title: `${parts.join(' · ')} (Sallyport)`,
    fileName: parts.join('-').replaceAll(/[^A-Za-z0-9]+/g, '-'),
    toolUser: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$/.test(address.user) ? address.user : 'sallyport',
    password: PASSWORD,
  }
}
