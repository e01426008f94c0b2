/**
 * How roles that run apart know each other: each makes a key and a certificate of its own and puts the certificate, nothing
 * secret, into a folder; who is in the folder is trusted under the name of its file, and nobody else.
 */
import 'reflect-metadata'
import { createHash, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { ProgramRole } from '../db/roles.ts'
import { createKeyFile, readPrivateFile, readPrivateFileIfPresent } from '../keys/key-file.ts'
import { roleHostName } from './role-names.ts'

const MAX_FILE = 16 * 1024
const LIFETIME = 10 * 365 * 24 * 60 * 60 * 1000
const CLOCK_SKEW = 60 * 60 * 1000
const RETRY = 100
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface LinkIdentity {
  readonly role: ProgramRole
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly privateKey: string
}

export interface LinkFolders {
  /** Private to this role: holds its key. */
  readonly own: string
  /** Holds every role's certificate; only this account may write there. */
  readonly shared: string
}

const importKeys = async (pkcs8: Buffer, spki: Buffer) => ({
  privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
  publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
})

const make = async (role: ProgramRole, now: number): Promise<LinkIdentity> => {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: createHash('sha256').update(pair.publicKey).digest('hex').slice(0, 30),
    name: `CN=${roleHostName(role)}`,
    notBefore: new Date(now - CLOCK_SKEW),
    notAfter: new Date(now + LIFETIME),
    signingAlgorithm: algorithm,
    keys: await importKeys(pair.privateKey, pair.publicKey),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: roleHostName(role) }]),
    ],
  })
  const privateKey = PemConverter.encode(pair.privateKey, 'PRIVATE KEY')
  pair.privateKey.fill(0)
  return { role, certificate: certificate.toString('pem'), privateKey }
}

const certificatePath = (shared: string, role: ProgramRole): string => join(shared, `${role}.crt`)

/** This role's identity, made at the first start, with its certificate in the shared folder. */
export const loadLinkIdentity = async (role: ProgramRole, folders: LinkFolders, now: number): Promise<LinkIdentity> => {
  const path = join(folders.own, `${role}-link.pem`)
  if ((await readPrivateFileIfPresent(path, MAX_FILE)) === null) {
    const fresh = await make(role, now)
    await createKeyFile(path, Buffer.from(`${fresh.privateKey}\n${fresh.certificate}\n`))
  }
  const text = (await readPrivateFile(path, MAX_FILE)).toString('utf8')
  const at = text.indexOf('-----BEGIN CERTIFICATE-----')
  if (at < 0) throw new Error(`${path} is damaged: it holds no certificate`)
  const identity = { role, privateKey: text.slice(0, at).trim(), certificate: text.slice(at).trim() }
  await publish(identity, folders.shared)
  return identity
}

const publish = async ({ role, certificate }: LinkIdentity, shared: string): Promise<void> => {
  const path = certificatePath(shared, role)
  if (await createKeyFile(path, Buffer.from(`${certificate}\n`))) return
  const present = (await readPrivateFile(path, MAX_FILE)).toString('utf8').trim()
  if (present !== certificate) throw new Error(`${path} is the certificate of another ${role} role`)
}

/** PEM. Waits for a role that is just starting; throws after `patience` milliseconds. */
export const awaitCertificate = async (role: ProgramRole, shared: string, patience: number): Promise<string> => {
  const path = certificatePath(shared, role)
  for (let waited = 0; ; waited += RETRY) {
    const content = await readPrivateFileIfPresent(path, MAX_FILE)
    if (content !== null) {
      const pem = content.toString('utf8').trim()
      if (new X509Certificate(pem).checkHost(roleHostName(role)) === undefined) throw new Error(`${path} does not name ${role}`)
      return pem
    }
    if (waited >= patience) throw new Error(`${path} is missing: start the ${role} role, or copy its certificate there`)
    await sleep(RETRY)
  }
}
