import { describe, expect, it } from 'vitest'
import { ConfigError } from './config/config-error.ts'
import { readConfig } from './config.ts'
import { listenerNames } from './program/listener-certificates.ts'

const base = { SALLYPORT_DATA_DIRECTORY: '/var/lib/sallyport' }

describe('the configuration', () => {
  it('plays all roles on an embedded database, on loopback, when nothing is said', () => {
    const config = readConfig(base)
    expect(config).toMatchObject({
      database: { kind: 'embedded' },
      roles: ['api', 'vault', 'log'],
      listen: { public: { host: '127.0.0.1', port: 8443 }, gateway: { host: '127.0.0.1', port: 8444 } },
      tls: null,
    })
    expect(config.kms).toMatchObject({ present: { driver: 'local' }, previous: [], cacheFor: 0 })
    expect(config.kms.present).not.toMatchObject({ rootKey: config.logRootKey })
  })

  it('certifies sessions for an hour, or for less when told so', () => {
    expect(readConfig(base).sessionCertificateLifetime).toBe(3_600_000)
    expect(readConfig({ ...base, SALLYPORT_SESSION_CERTIFICATE_MINUTES: '1' }).sessionCertificateLifetime).toBe(60_000)
  })

  it('reads key management services, with the one before, and a root key for the log beside them', () => {
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000'
    const config = readConfig({
      ...base,
      SALLYPORT_KMS: `aws:${arn}`,
      SALLYPORT_KMS_PREVIOUS: 'transit:https://vault.test:8200/team/transit/sallyport',
      SALLYPORT_TRANSIT_TOKEN_FILE: '/run/token',
      SALLYPORT_KMS_CACHE_SECONDS: '5',
    })
    const where = { address: 'https://vault.test:8200', mount: 'team/transit', key: 'sallyport' }
    expect(config.kms).toEqual({
      present: { driver: 'aws', key: arn },
      previous: [{ driver: 'transit', ...where, tokenFile: '/run/token', authorityFile: null }],
      cacheFor: 5000,
    })
    expect(config.logRootKey).toMatchObject({ kind: 'file' })
  })

  it.each([
    [
      'google:projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k',
      { driver: 'google', endpoint: 'https://cloudkms.googleapis.com' },
    ],
    [
      'azure:https://acme.vault.azure.net/keys/sallyport',
      { vault: 'https://acme.vault.azure.net', identity: { kind: 'managed' } },
    ],
    [
      'pkcs11:token=HSM%20one;object=vault?module-path=/usr/lib/hsm.so',
      { token: 'HSM one', key: 'vault', module: '/usr/lib/hsm.so' },
    ],
  ])('reads %s', (text, expected) => {
    expect(readConfig({ ...base, SALLYPORT_KMS: text, SALLYPORT_PKCS11_PIN_FILE: '/pin' }).kms.present).toMatchObject(expected)
  })

  const google = { ...base, SALLYPORT_KMS: 'google:projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k' }
  const azure = {
    ...base,
    SALLYPORT_KMS: 'azure:https://acme.vault.azure.net/keys/sallyport',
    SALLYPORT_AZURE_TENANT: 't',
    SALLYPORT_AZURE_CLIENT: 'c',
    SALLYPORT_AZURE_TOKEN_FILE: '/run/token',
  }
  const endpointOf = (SALLYPORT_GOOGLE_ENDPOINT: string) => readConfig({ ...google, SALLYPORT_GOOGLE_ENDPOINT }).kms.present
  const authorityOf = (AZURE_AUTHORITY_HOST: string) => readConfig({ ...azure, AZURE_AUTHORITY_HOST }).kms.present

  it('reads where Google and Microsoft Entra are, when they are not where they are for everybody', () => {
    expect(endpointOf('https://cloudkms-vault.p.googleapis.com')).toMatchObject({
      endpoint: 'https://cloudkms-vault.p.googleapis.com',
    })
    expect(authorityOf('https://login.microsoftonline.us/')).toMatchObject({
      identity: { kind: 'federated', authority: 'https://login.microsoftonline.us' },
    })
    expect(readConfig(azure).kms.present).toMatchObject({ identity: { authority: 'https://login.microsoftonline.com' } })
    expect(endpointOf('http://127.0.0.1:9000')).toMatchObject({ endpoint: 'http://127.0.0.1:9000' })
    expect(authorityOf('http://localhost:9000')).toMatchObject({ identity: { authority: 'http://localhost:9000' } })
  })

  it.each([
    'http://kms.example.test',
    'https://kms.example.test/v1',
    'https://kms.example.test?key=1',
    'https://user@kms.example.test',
    'ftp://127.0.0.1',
    'kms.example.test',
    '',
  ])('asks no key management service at %s', (text) => {
    expect(() => endpointOf(text)).toThrow(/SALLYPORT_GOOGLE_ENDPOINT/)
    expect(() => authorityOf(text)).toThrow(/AZURE_AUTHORITY_HOST/)
  })

  it('reads addresses of both families', () => {
    expect(readConfig({ ...base, SALLYPORT_LISTEN: '[::1]:443' }).listen.public).toEqual({ host: '::1', port: 443 })
  })

  it.each([
    ['SALLYPORT_LISTEN', 'nowhere'],
    ['SALLYPORT_LISTEN', '127.0.0.1:70000'],
    ['SALLYPORT_PUBLIC_ORIGIN', 'http://api.example.test'],
    ['SALLYPORT_PUBLIC_ORIGIN', 'https://api.example.test/'],
    ['SALLYPORT_ROLES', 'api,everything'],
    ['SALLYPORT_KMS', 'none'],
    ['SALLYPORT_KMS', 'passphrase'],
    ['SALLYPORT_KMS', 'aws:key/1'],
    ['SALLYPORT_KMS', 'google:k'],
    ['SALLYPORT_KMS', 'azure:http://acme.test/keys/k'],
    ['SALLYPORT_KMS', 'pkcs11:token=t;object=o?module-path=/m'],
    ['SALLYPORT_KMS', 'transit:https://vault.test/transit/key'],
    ['SALLYPORT_KMS', 'transit:http://vault.test/transit/key'],
    ['SALLYPORT_KMS_PREVIOUS', 'none'],
    ['SALLYPORT_KMS_CACHE_SECONDS', '61'],
    ['SALLYPORT_LOG_ROOT_KEY', 'aws'],
    ['SALLYPORT_TLS_KEY', '/key.pem'],
    ['SALLYPORT_SESSION_CERTIFICATE_MINUTES', '0'],
    ['SALLYPORT_SESSION_CERTIFICATE_MINUTES', '61'],
    ['SALLYPORT_SESSION_CERTIFICATE_MINUTES', '1.5'],
    ['SALLYPORT_LOG_LEVEL', 'loud'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => readConfig({ ...base, [name]: value })).toThrow(ConfigError)
  })

  it('names the listeners by everything that reaches them', () => {
    const config = readConfig({ ...base, SALLYPORT_LISTEN: '0.0.0.0:443', SALLYPORT_PUBLIC_ORIGIN: 'https://api.example.test' })
    expect(listenerNames(config)).toEqual([
      { type: 'dns', value: 'api.example.test' },
      { type: 'ip', value: '127.0.0.1' },
    ])
  })
})
