import { describe, expect, it } from 'vitest'
import { ConfigError, readCommand, readConfig } from './config.ts'
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
    expect(config.rootKeys.vault).not.toEqual(config.rootKeys.log)
  })

  it('certifies sessions for an hour, or for less when told so', () => {
    expect(readConfig(base).sessionCertificateLifetime).toBe(3_600_000)
    expect(readConfig({ ...base, SALLYPORT_SESSION_CERTIFICATE_MINUTES: '1' }).sessionCertificateLifetime).toBe(60_000)
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

describe('the command line', () => {
  it('names what to do', () => {
    expect(readCommand(['serve'])).toEqual({ name: 'serve' })
    const flags = ['--organization', 'acme', '--name', 'Acme', '--email', 'O@Acme.test', '--first-name', 'O', '--last-name', 'W']
    expect(readCommand(['bootstrap', ...flags])).toMatchObject({ organization: 'acme', owner: { email: 'o@acme.test' } })
  })

  it.each([[[]], [['serve', 'now']], [['dance']], [['bootstrap', '--organization', 'Not A Slug']], [['bootstrap', '--what']]])(
    'refuses %j and shows how',
    (parameters) => {
      expect(() => readCommand(parameters)).toThrow(/usage: main.ts/)
    },
  )
})
