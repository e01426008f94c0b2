/** Where the secret of a credential comes from: a hidden question or files, never the command line. */
import { type CredentialPlaintext, toBase64url, utf8 } from '@sallyport/protocol'
import type { Context } from '../context.ts'
import { invalid } from '../parameters/invalid.ts'
import { fileContents, secretLine } from '../parameters/files.ts'
import { option } from '../parameters/parameter.ts'

export const secretOptions = {
  password: option('password-file <file>', 'a file with the password, - for standard input; asked for if not given', secretLine),
  certificate: option('certificate-file <file>', 'instead of a password: client certificate with its chain (PEM)', fileContents),
  privateKey: option('key-file <file>', 'private key of the client certificate (PEM)', fileContents),
}

interface GivenSecret {
  readonly password: string | undefined
  readonly certificate: string | undefined
  readonly privateKey: string | undefined
}

export const readSecret = async (context: Context, given: GivenSecret): Promise<CredentialPlaintext> => {
  const { password, certificate, privateKey } = given
  if (certificate !== undefined || privateKey !== undefined) {
    if (password !== undefined) throw invalid('Either a password or a certificate.')
    if (certificate === undefined || privateKey === undefined)
      throw invalid('A certificate needs both: --certificate-file and --key-file.')
    checkPem(certificate, 'CERTIFICATE', '--certificate-file')
    checkPem(privateKey, 'PRIVATE KEY', '--key-file')
    return { kind: 'certificate', certificatePem: certificate, privateKeyPem: toBase64url(utf8(privateKey)) }
  }
  return { kind: 'password', password: toBase64url(utf8(password ?? (await askTwice(context, 'Password of the credential')))) }
}

const checkPem = (pem: string, label: string, usage: string): void => {
  if (!pem.includes(`${label}-----`)) throw invalid(`The file of ${usage} holds no ${label.toLowerCase()} in PEM form.`)
}

/** A new secret, typed twice so that a slip of the finger shows. */
export const askTwice = async (context: Context, what: string): Promise<string> => {
  const instead = 'Give a file: --password-file <file>'
  for (;;) {
    const first = await context.prompter.ask(`${what}: `, { hidden: true, instead })
    if (first === '') continue
    const second = await context.prompter.ask('The same again: ', { hidden: true, instead })
    if (first === second) return first
    context.note('These were not the same. Once more.')
  }
}
