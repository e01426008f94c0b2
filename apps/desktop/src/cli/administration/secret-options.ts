/** Where the secret of a credential comes from: a hidden question or files, never the command line. */
import { type CredentialPlaintext, ownedAtEnd, toBase64url, utf8 } from '@sallyport/protocol'
import type { Context } from '../context.ts'
import { invalid } from '../parameters/invalid.ts'
import { fileContents, secretLine } from '../parameters/files.ts'
import { option } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'

export const secretOptions = {
  password: option('password-file <file>', 'a file with the password, - for standard input; asked for if not given', secretLine),
  certificate: option('certificate-file <file>', 'instead of a password: client certificate with its chain (PEM)', fileContents),
  privateKey: option('key-file <file>', 'private key of the client certificate (PEM)', fileContents),
  accessKeyId: option('aws-access-key-id <id>', 'instead of a password: the IAM key that signs for Amazon RDS', text),
  secretAccessKey: option(
    'aws-secret-key-file <file>',
    'a file with its secret access key, - for standard input; asked for if not given',
    secretLine,
  ),
  region: option('aws-region <region>', 'region of the database', text),
  administrator: option('administrator <name>', 'the account that makes temporary users, whose password is then asked for', text),
  owned: option(
    'owned <drop|reassign>',
    'what becomes of what temporary users own; drop if not given',
    choice(ownedAtEnd.options),
  ),
}

interface GivenSecret {
  readonly password: string | undefined
  readonly certificate: string | undefined
  readonly privateKey: string | undefined
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: string | undefined
  readonly region: string | undefined
  readonly administrator: string | undefined
  readonly owned: 'drop' | 'reassign' | undefined
  /** Who the credential is on the resource: of an IAM key and of temporary users a part of the secret. */
  readonly account: string
}

const isGiven = (...values: readonly unknown[]): boolean => values.some((value) => value !== undefined)

const secretText = (typed: string): string => toBase64url(utf8(typed))

const certificateSecret = ({ certificate, privateKey }: GivenSecret): CredentialPlaintext => {
  if (certificate === undefined || privateKey === undefined)
    throw invalid('A certificate needs both: --certificate-file and --key-file.')
  checkPem(certificate, 'CERTIFICATE', '--certificate-file')
  checkPem(privateKey, 'PRIVATE KEY', '--key-file')
  return { kind: 'certificate', certificatePem: certificate, privateKeyPem: secretText(privateKey) }
}

const iamSecret = async (context: Context, given: GivenSecret): Promise<CredentialPlaintext> => {
  const { accessKeyId, region } = given
  if (accessKeyId === undefined || region === undefined)
    throw invalid('An IAM key needs both: --aws-access-key-id and --aws-region.')
  const key = given.secretAccessKey ?? (await askTwice(context, 'Secret access key', '--aws-secret-key-file <file>'))
  return { kind: 'aws-iam', region, accessKeyId, secretAccessKey: secretText(key), userName: given.account }
}

/** Throws `invalid_request` for options that do not fit together. */
export const readSecret = async (context: Context, given: GivenSecret): Promise<CredentialPlaintext> => {
  const { password, administrator, owned, account } = given
  const kinds = [
    isGiven(given.certificate, given.privateKey),
    isGiven(given.accessKeyId, given.secretAccessKey, given.region),
    isGiven(password, administrator, owned),
  ]
  if (kinds.filter(Boolean).length > 1) throw invalid('Either a password, a certificate or an IAM key.')
  if (kinds[0]) return certificateSecret(given)
  if (kinds[1]) return iamSecret(context, given)
  if (administrator === undefined && owned !== undefined)
    throw invalid('--owned is for temporary users: give --administrator, too.')
  const whose = administrator === undefined ? 'Password of the credential' : `Password of ${administrator}`
  const secret = secretText(password ?? (await askTwice(context, whose)))
  if (administrator === undefined) return { kind: 'password', password: secret }
  return { kind: 'temporary-user', administrator, password: secret, memberOf: account, owned: owned ?? 'drop' }
}

const checkPem = (pem: string, label: string, usage: string): void => {
  if (!pem.includes(`${label}-----`)) throw invalid(`The file of ${usage} holds no ${label.toLowerCase()} in PEM form.`)
}

/** A new secret, typed twice so that a slip of the finger shows. */
export const askTwice = async (context: Context, what: string, usage = '--password-file <file>'): Promise<string> => {
  const instead = `Give a file: ${usage}`
  for (;;) {
    const first = await context.prompter.ask(`${what}: `, { hidden: true, instead })
    if (first === '') continue
    const second = await context.prompter.ask('The same again: ', { hidden: true, instead })
    if (first === second) return first
    context.note('These were not the same. Once more.')
  }
}
