import { createPublicKey } from 'node:crypto'
import { servicePurposes, toBase64url } from '@sallyport/protocol'
import { reference } from '../names/reference.ts'
import { fileContents } from '../parameters/files.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, repeatedOption, requiredOption } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'
import { duration } from '../parameters/time.ts'
import { done, listCommand, routeCommand } from '../route-command.ts'
import { message } from '../views/answer.ts'
import { localTime } from '../views/time.ts'

const statusColors = { active: 'green', revoked: 'red', ended: 'dim' } as const

/** SubjectPublicKeyInfo of a public key in PEM. Of a private one nothing is taken: it has no place on this computer. */
const publicKeyOf = (pem: string): string => {
  if (pem.includes('PRIVATE KEY')) throw invalid('This is a private key. It stays with the program; give the public one.')
  try {
    return toBase64url(new Uint8Array(createPublicKey(pem).export({ type: 'spki', format: 'der' })))
  } catch {
    throw invalid('The file holds no public key in PEM.')
  }
}

export const serviceAccountCommands = [
  listCommand({
    words: 'admin service-accounts list',
    route: 'listServiceAccounts',
    names: ['role'],
    columns: (nameOf) => [
      { heading: 'ID', value: (row) => row.id },
      { heading: 'NAME', value: (row) => row.name },
      { heading: 'STATUS', value: (row) => row.status, color: (row) => statusColors[row.status] },
      { heading: 'PURPOSES', value: (row) => row.purposes.join(', ') },
      { heading: 'ROLES', value: (row) => row.roles.map((id) => nameOf('role', id)).join(', ') || null, flexible: true },
      { heading: 'UNTIL', value: (row) => localTime(row.expiresAt) },
      { heading: 'LAST TOKEN', value: (row) => (row.lastTokenAt === null ? null : localTime(row.lastTokenAt)) },
    ],
    empty: 'There are no service accounts. Make one with: sallyport admin service-accounts add <name>',
  }),
  routeCommand({
    words: 'admin service-accounts add',
    route: 'createServiceAccount',
    details:
      'The program keeps its private key. Key, purposes and roles do not change later: make another account, and revoke this one.',
    parameters: {
      name: argument('name', 'its name', text),
      key: requiredOption('key <file>', 'its public key, P-256, in PEM; - is standard input', fileContents),
      length: requiredOption('for <duration>', 'how long: 30d, at most 366d', duration),
      purposes: repeatedOption(
        'purpose <purpose>',
        'what it may ask tokens for: audit reads the log, api manages the catalogue, too',
        choice(servicePurposes),
      ),
      roles: repeatedOption('role <role>', 'a role that it has: name or id', reference('role')),
    },
    examples: ['sallyport admin service-accounts add siem --key siem.pub --for 90d --purpose audit --role auditor'],
    input: ({ name, key, length, purposes, roles }) => {
      if (purposes.length === 0) throw invalid('Say what it is for: --purpose audit')
      const expiresAt = new Date(Date.now() + length * 1000).toISOString()
      const body = { name, publicKey: publicKeyOf(key), purposes: [...new Set(purposes)], roles: [...roles], expiresAt }
      return { body }
    },
    answer: (account) => message(account, `The service account is ${account.id}, until ${localTime(account.expiresAt)}.`),
  }),
  routeCommand({
    words: 'admin service-accounts revoke',
    route: 'revokeServiceAccount',
    parameters: { account: argument('account', 'its name or id', reference('serviceAccount')) },
    confirm: () => 'End this service account? Its next call is refused.',
    input: ({ account }) => ({ parameters: { serviceAccount: account } }),
    answer: () => done('The service account is revoked.'),
  }),
]
