/** Certificates for the servers of tests, made by OpenSSL. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface KeyPair {
  readonly certPem: string
  readonly keyPem: string
}

type Algorithm = 'ec' | 'ec-sha384' | 'rsa-pss' | 'ed25519'

const keyArguments: Readonly<Record<Algorithm, readonly string[]>> = {
  'ec': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-sha256'],
  'ec-sha384': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-sha384'],
  'rsa-pss': ['-newkey', 'rsa:2048', '-sigopt', 'rsa_padding_mode:pss', '-sha384'],
  'ed25519': ['-newkey', 'ed25519'],
}

/** A self-signed certificate that is its own CA. */
export const makeCertificate = (commonName: string, algorithm: Algorithm = 'ec'): KeyPair => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
    const files = ['-keyout', key, '-out', cert]
    execFileSync('openssl', ['req', '-x509', ...keyArguments[algorithm], '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    })
    return { certPem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
