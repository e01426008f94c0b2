/**
 * The programs of other people that tests drive: real clients and servers. One table says what each is needed for, how to see
 * that it is there, and which Debian packages bring it. On Debian and Ubuntu as root the missing ones are installed; elsewhere
 * they are named, with the suites that are left out. Plain JavaScript, so that it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Debian forbids services to start while this file exists and says 101. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d'
const LOCK_TIMEOUT_SECONDS = 300
const GO_YAMUX = '/usr/share/gocode/src/github.com/hashicorp/yamux'

const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` }

/** Whether a program answers; a mere file will not do, because Debian's psql and pgbench are wrappers that may wrap nothing. */
const answers = (program, ...options) =>
  spawnSync(program, options, { env: environment, stdio: 'ignore', timeout: 10_000 }).status === 0

export const NEEDS = [
  {
    name: 'psql, pg_dump, pgbench and a PostgreSQL server',
    suites: 'end to end and claims over PostgreSQL, benchmarks',
    debian: ['postgresql-client', 'postgresql'],
    present: () => ['psql', 'pg_dump', 'pgbench'].every((program) => answers(program, '--version')),
  },
  {
    name: "Go with HashiCorp's yamux",
    suites: 'interoperability of yamux',
    debian: ['golang-go', 'golang-github-hashicorp-yamux-dev'],
    present: () => answers('go', 'version') && existsSync(GO_YAMUX),
  },
  {
    name: 'GNOME Keyring and D-Bus',
    suites: 'keychain of the agent (Secret Service)',
    debian: ['gnome-keyring', 'dbus'],
    present: () => answers('gnome-keyring-daemon', '--version') && answers('dbus-run-session', '--version'),
  },
  {
    name: 'SoftHSM and OpenSC',
    suites: 'the PKCS #11 driver of the vault over a real token',
    debian: ['softhsm2', 'opensc'],
    present: () => answers('softhsm2-util', '--version') && existsSync('/usr/bin/pkcs11-tool'),
  },
  {
    name: 'age',
    suites: 'recordings read by the program that others have',
    debian: ['age'],
    present: () => answers('age', '--version') && answers('age-keygen', '--version'),
  },
  {
    name: 'OpenSSL',
    suites: 'TLS of other implementations',
    debian: ['openssl'],
    present: () => answers('openssl', 'version'),
  },
  {
    name: 'OpenSSH server and client',
    suites: 'benchmarks against ssh -L',
    debian: ['openssh-server', 'openssh-client'],
    present: () => answers('ssh', '-V') && existsSync('/usr/sbin/sshd'),
  },
  {
    name: 'tcpdump and tshark',
    suites: 'claims that read a packet capture',
    debian: ['tcpdump', 'tshark'],
    present: () => answers('tcpdump', '--version') && answers('tshark', '--version'),
  },
  {
    name: 'stunnel',
    suites: 'benchmarks against a stunnel pair',
    debian: ['stunnel4'],
    present: () => answers('stunnel4', '-version'),
  },
  {
    name: 'rsyslog',
    suites: 'the log sent on by syslog over TLS',
    debian: ['rsyslog', 'rsyslog-gnutls'],
    present: () => answers('rsyslogd', '-v') && answers('dpkg-query', '--status', 'rsyslog-gnutls'),
  },
  {
    name: 'PgBouncer',
    suites: 'benchmarks against PgBouncer, pooled end to end',
    debian: ['pgbouncer'],
    present: () => answers('pgbouncer', '--version'),
  },
  {
    name: 'xterm and Xvfb',
    suites: 'psql opened in a window of a terminal',
    debian: ['xterm', 'xvfb'],
    present: () => answers('xterm', '-version') && answers('Xvfb', '-help'),
  },
  {
    name: 'Chromium',
    suites: 'screens of the app: accessibility and journeys',
    debian: ['chromium'],
    present: () => answers('chromium', '--version'),
  },
]

function isRootOnDebian() {
  return process.platform === 'linux' && process.getuid?.() === 0 && answers('apt-get', '--version')
}

/** Runs apt-get with its output shown; waits for another one that is still at it. */
function apt(...options) {
  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive' }
  const waiting = ['-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`]
  return spawnSync('apt-get', [...waiting, ...options], { env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

/** Installs packages without starting the services they bring, and leaves no policy behind that was not there before. */
function installDebian(packages) {
  const ownPolicy = !existsSync(SERVICE_POLICY)
  if (ownPolicy) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  // Ctrl-C ends apt-get, too; with a listener it does not end us before the policy is gone.
  const stop = () => process.exit(130)
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    return apt('update', '-qq') && apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
  } finally {
    if (ownPolicy) rmSync(SERVICE_POLICY, { force: true })
    process.removeListener('SIGINT', stop)
    process.removeListener('SIGTERM', stop)
  }
}

/**
 * Makes the needed programs available where it may.
 * @returns {{ name: string, suites: string, debian: string[] }[]} what is still missing
 */
export function ensureSystemPackages() {
  const missing = NEEDS.filter((need) => !need.present())
  if (missing.length === 0 || !isRootOnDebian()) return missing
  const packages = missing.flatMap((need) => need.debian)
  console.log(`Installing what the tests need: ${packages.join(' ')}`)
  if (!installDebian(packages)) console.error('apt-get did not manage all of it: its messages are above.')
  return missing.filter((need) => !need.present())
}

/**
 * What to tell a person about programs that are missing: one line each.
 * @param {{ name: string, suites: string, debian: string[] }[]} missing
 * @returns {string[]}
 */
export function describeMissing(missing) {
  return missing.map(
    (need) => `missing: ${need.name}; left out: ${need.suites}; on Debian: apt-get install ${need.debian.join(' ')}`,
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const line of describeMissing(ensureSystemPackages())) console.log(line)
}
