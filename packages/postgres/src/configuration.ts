/** The configuration files of the server: settings.conf, access.conf (pg_hba) and the TLS files. */
import { chmod, chown, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PostgresError } from './errors.ts'
import type { Layout } from './layout.ts'
import { writeReadableFile } from './layout.ts'

export interface TlsFiles {
  /** The server's certificate, leaf first, then intermediates. */
  readonly certPem: string
  readonly keyPem: string
  /** Whom to trust for client certificates. */
  readonly caPem?: string
}

/** What may change while the server runs, by `reload`. */
export interface Configuration {
  readonly tls?: TlsFiles
  /** Server settings by name, over the defaults. Those that say where the server listens and keeps its files are refused. */
  readonly settings?: Readonly<Record<string, string>>
  /** Lines of pg_hba.conf for TCP connections, in place of the default one (password, over TLS if there is TLS). */
  readonly hba?: readonly string[]
}

/** Where the server listens. */
export interface Listening {
  /** null: no unix socket. */
  readonly socketFolder: string | null
  /** null: no TCP. */
  readonly address: string | null
  /** The TCP port; without TCP only the number in the socket's name. */
  readonly port: number
}

/** Statements of failed commands may hold passwords, so they stay out of the log. */
const defaults = { log_min_error_statement: 'panic', log_checkpoints: 'off', password_encryption: 'scram-sha-256' }

const reserved =
  /^(port|listen_addresses|unix_socket_.*|data_directory|config_file|hba_file|ident_file|external_pid_file|ssl|ssl_(cert|key|ca)_file|logging_collector|log_destination)$/i

const settingName = /^[a-z_][a-z0-9_.]*$/i

const hasControlCharacter = (text: string): boolean => /[\0\r\n]/.test(text)

const quote = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

const checkSettings = (settings: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(settings)) {
    if (!settingName.test(name) || hasControlCharacter(value)) throw new PostgresError('setting_refused', { detail: name })
    if (reserved.test(name)) throw new PostgresError('setting_refused', { detail: `${name} is set by the launcher` })
  }
}

const tlsSettings = (layout: Layout, tls: TlsFiles | undefined): Record<string, string> => {
  if (tls === undefined) return { ssl: 'off' }
  return {
    ssl: 'on',
    ssl_cert_file: join(layout.tlsFolder, 'server.crt'),
    ssl_key_file: join(layout.tlsFolder, 'server.key'),
    ssl_min_protocol_version: 'TLSv1.2',
    ...(tls.caPem === undefined ? {} : { ssl_ca_file: join(layout.tlsFolder, 'ca.crt') }),
  }
}

const writeTlsFiles = async (layout: Layout, tls: TlsFiles | undefined): Promise<void> => {
  if (tls === undefined) {
    await rm(layout.tlsFolder, { recursive: true, force: true })
    return
  }
  await mkdir(layout.tlsFolder, { recursive: true, mode: 0o700 })
  if (layout.account !== null) {
    await chown(layout.tlsFolder, 0, layout.account.gid)
    await chmod(layout.tlsFolder, 0o750)
  }
  await writeReadableFile(join(layout.tlsFolder, 'server.crt'), layout, tls.certPem)
  await writeReadableFile(join(layout.tlsFolder, 'server.key'), layout, tls.keyPem)
  if (tls.caPem !== undefined) await writeReadableFile(join(layout.tlsFolder, 'ca.crt'), layout, tls.caPem)
}

const accessLines = (listening: Listening, { hba, tls }: Configuration): string[] => {
  const local = listening.socketFolder === null ? [] : ['local all all scram-sha-256']
  const usual = [`${tls === undefined ? 'host' : 'hostssl'} all all 127.0.0.1/32 scram-sha-256`]
  return [...local, ...(hba ?? usual)]
}

/**
 * Writes all configuration files anew.
 *
 * @throws PostgresError setting_refused
 */
export const writeConfiguration = async (layout: Layout, listening: Listening, configuration: Configuration): Promise<void> => {
  const wanted = configuration.settings ?? {}
  checkSettings(wanted)
  const access = accessLines(listening, configuration)
  if (access.some(hasControlCharacter)) throw new PostgresError('setting_refused', { detail: 'a line of hba holds a line end' })
  const settings = {
    ...defaults,
    ...wanted,
    data_directory: layout.cluster,
    hba_file: layout.accessFile,
    listen_addresses: listening.address ?? '',
    port: String(listening.port),
    unix_socket_directories: listening.socketFolder ?? '',
    unix_socket_permissions: '0700',
    log_destination: 'stderr',
    logging_collector: 'off',
    ...tlsSettings(layout, configuration.tls),
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quote(value)}`)
  await writeTlsFiles(layout, configuration.tls)
  await writeReadableFile(layout.accessFile, layout, access.join('\n') + '\n')
  await writeReadableFile(layout.settingsFile, layout, lines.join('\n') + '\n')
}
