/** rsyslog, as Debian brings it: a receiver of syslog over TLS on loopback that writes down how it read each message. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  findProgram,
  freePort,
  isListening,
  makeAuthority,
  makeTemporaryDirectory,
  skipReason,
  waitFor,
} from '@sallyport/testkit'

const libraries = ['/usr/lib', '/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']

/** Why it cannot be started here; null: it can. */
export const rsyslogMissing = (): string | null =>
  skipReason({ programs: ['rsyslogd'], platforms: ['linux'] }) ??
  (libraries.some((folder) => existsSync(`${folder}/rsyslog/lmnsd_gtls.so`)) ? null : 'needs TLS for rsyslog (rsyslog-gnutls)')

/** As rsyslog parsed it (RFC 5424 §6). */
export interface ParsedMessage {
  readonly version: string
  readonly severity: string
  readonly time: string
  readonly app: string
  readonly kind: string
  readonly text: string
}

const properties = [
  ['version', 'protocol-version'],
  ['severity', 'syslogseverity-text'],
  ['app', 'app-name'],
  ['kind', 'msgid'],
  ['text', 'msg'],
] as const

/** Of a receiver that knows senders by their certificates, which its authority has to vouch for, and by the names in them. */
const demanding = (sender: string): string => ` streamDriver.authMode="x509/name" permittedPeer=["${sender}"]`

const configuration = (folder: string, port: number, sender: string | null): string => `
global(workDirectory="${folder}" maxMessageSize="1m" defaultNetstreamDriverCAFile="${folder}/ca.pem"
  defaultNetstreamDriverCertFile="${folder}/cert.pem" defaultNetstreamDriverKeyFile="${folder}/key.pem")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1"${sender === null ? ' streamDriver.authMode="anon"' : demanding(sender)})
template(name="line" type="list" option.jsonf="on") {
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
${properties.map(([outname, name]) => `  property(outname="${outname}" name="${name}" format="jsonf")`).join('\n')}
}
input(type="imtcp" address="127.0.0.1" port="${port}")
*.* action(type="omfile" file="${folder}/messages.jsonl" template="line")
`

export interface RunningRsyslog {
  readonly host: string
  readonly port: number
  /** PEM of the authority of its certificate. */
  readonly certificates: string
  /** PEM: a certificate of the same authority for a sender of this name. */
  certificateFor(sender: string): Promise<{ readonly certificate: string; readonly key: string }>
  messages(): Promise<ParsedMessage[]>
  /** Ends it in good order; `start` starts it again, on the same port, with what it wrote. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/** `sender`: the name that is in the certificate of whom it takes messages from; null: of everybody. */
export const startRsyslog = async (sender: string | null = null): Promise<RunningRsyslog> => {
  const authority = await makeAuthority()
  const { key, cert } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const folder = await makeTemporaryDirectory()
  const port = await freePort()
  const file = (name: string): string => join(folder.path, name)
  await Promise.all([
    writeFile(file('ca.pem'), authority.ca),
    writeFile(file('cert.pem'), cert),
    writeFile(file('key.pem'), key, { mode: 0o600 }),
    writeFile(file('configuration'), configuration(folder.path, port, sender)),
    writeFile(file('messages.jsonl'), ''),
  ])
  let running: ChildProcess | null = null
  const start = async (): Promise<void> => {
    running = spawn(findProgram('rsyslogd')!, ['-n', '-f', file('configuration'), '-i', file('pid')], { stdio: 'ignore' })
    await waitFor(() => isListening(port), { description: 'rsyslog to listen', timeoutMs: 30_000 })
  }
  const stop = async (): Promise<void> => {
    if (running === null) return
    const ended = once(running, 'exit')
    running.kill('SIGTERM')
    await ended
    running = null
  }
  await start()
  return {
    host: '127.0.0.1',
    port,
    certificates: authority.ca,
    certificateFor: async (name) => {
      const issued = await authority.issue({ name, dnsNames: [name] })
      return { certificate: issued.cert, key: issued.key }
    },
    messages: async () => {
      const lines = (await readFile(file('messages.jsonl'), 'utf8')).split('\n').slice(0, -1)
      // Its own words about starting and ending are there, too.
      return lines.map((line) => JSON.parse(line) as ParsedMessage).filter(({ app }) => app === 'sallyport')
    },
    stop,
    start,
    remove: async () => {
      await stop()
      await folder.remove()
    },
  }
}
