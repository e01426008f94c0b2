import { runProgram, skipReason } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { addressForms, addressIn, explicitUrl, type PostgresAddress, plainUrl, socketUrl } from './addresses.ts'
import { shellWord } from './shell-word.ts'

const plain: PostgresAddress = {
  host: '127.0.0.1',
  port: 15_001,
  user: 'readonly',
  database: 'shop',
  socketDirectory: '/run/user/1000/sallyport',
}
const special: PostgresAddress = { ...plain, user: 'o’brien@shop/x', database: "it's & more" }

const databases = ['a|b', '${HOME}', '"; rm -rf x', '%0a', '<x>', '`id`', "'; x", '\u202Etxet', '\ud800', 'a\nb', 'x'.repeat(300)]

describe('addresses', () => {
  test('are exactly these', () => {
    const linux = Object.fromEntries(addressForms.map((form) => [form, addressIn(form, plain, 'linux')]))
    expect(linux).toEqual({
      url: 'postgresql://readonly@127.0.0.1:15001/shop?sslmode=disable',
      psql:
        "env -u PGSERVICE psql -w 'postgresql://readonly@127.0.0.1:15001/shop?hostaddr=127.0.0.1&sslmode=disable" +
        "&gssencmode=disable&channel_binding=disable&target_session_attrs=any&options=&connect_timeout=15'",
      jdbc: 'jdbc:postgresql://127.0.0.1:15001/shop?user=readonly&sslmode=disable&gssEncMode=disable',
      env: [
        'unset PGSERVICE PGOPTIONS',
        'export PGHOST=127.0.0.1',
        'export PGHOSTADDR=127.0.0.1',
        'export PGPORT=15001',
        'export PGUSER=readonly',
        'export PGDATABASE=shop',
        'export PGSSLMODE=disable',
        'export PGGSSENCMODE=disable',
        'export PGCHANNELBINDING=disable',
        'export PGTARGETSESSIONATTRS=any',
      ].join('\n'),
      docker:
        'docker run --rm -it --network host --user "$(id -u):$(id -g)" postgres ' +
        "psql -w 'postgresql://readonly@127.0.0.1:15001/shop?sslmode=disable'",
      socket: 'postgresql://readonly@/shop?host=%2Frun%2Fuser%2F1000%2Fsallyport&port=15001',
    })
  })
  test('of Windows are for PowerShell, and without a unix socket', () => {
    const windows = { ...special, socketDirectory: null }
    expect(addressIn('psql', windows, 'win32')).toBe(
      "Remove-Item Env:PGSERVICE -ErrorAction SilentlyContinue; psql -w 'postgresql://o%E2%80%99brien%40shop%2Fx@127.0.0.1:15001/" +
        "it''s%20%26%20more?hostaddr=127.0.0.1&sslmode=disable&gssencmode=disable&channel_binding=disable" +
        "&target_session_attrs=any&options=&connect_timeout=15'",
    )
    expect(addressIn('env', windows, 'win32')).toContain("$Env:PGUSER = 'o’’brien@shop/x'\n$Env:PGDATABASE = 'it''s & more'")
    expect(addressIn('docker', windows, 'win32')).toContain(
      "psql -w 'postgresql://o%E2%80%99brien%40shop%2Fx@host.docker.internal:",
    )
    expect(addressIn('socket', windows, 'win32')).toBeNull()
  })
  test('keep names with special characters apart from the address', () => {
    const url = new URL(plainUrl(special))
    expect([url.host, decodeURIComponent(url.username), decodeURIComponent(url.pathname)]).toEqual([
      '127.0.0.1:15001',
      special.user,
      `/${special.database}`,
    ])
    expect(addressIn('jdbc', special, 'linux')).toMatch(
      /^jdbc:postgresql:\/\/127\.0\.0\.1:15001\/it's%20%26%20more\?user=o%E2%80%99brien%40shop%2Fx&/,
    )
  })
  test.for(databases)('of the database %j stay one line of plain characters where they are URLs', (database) => {
    for (const form of ['url', 'jdbc', 'socket'] as const)
      expect(addressIn(form, { ...plain, database }, 'linux')).toMatch(/^[\w:/@.?=&%'!()*~-]+$/)
    expect(decodeURIComponent(new URL(plainUrl({ ...plain, database })).pathname)).toBe(`/${database.toWellFormed()}`)
  })
  test('hold no password', () => {
    for (const url of [plainUrl(special), explicitUrl(special), socketUrl(special)!])
      expect(new URL(url.replace('@/', '@x/')).password).toBe('')
  })
  test('for containers share the network of Linux, and name the host elsewhere', () => {
    expect(addressIn('docker', plain, 'linux')).toContain('--network host --user "$(id -u):$(id -g)"')
    expect(addressIn('docker', plain, 'darwin')).toContain('@host.docker.internal:15001/')
  })
})

describe.skipIf(skipReason({ platforms: ['linux', 'darwin'] }))('in a shell', () => {
  const shell = async (script: string): Promise<string> => (await runProgram({ command: 'sh', args: ['-c', script] })).stdout

  test('variables keep every character', async () => {
    const lines = addressIn('env', special, 'linux')
    const script = `PGSERVICE=x; export PGSERVICE; ${lines}\nprintf '%s|%s|%s' "$PGUSER" "$PGDATABASE" "\${PGSERVICE-none}"`
    expect(await shell(script)).toBe(`${special.user}|${special.database}|none`)
  })
  test('the line for psql gives it one URL, whatever the database is called', async () => {
    for (const database of databases) {
      const address = { ...plain, database }
      const line = addressIn('psql', address, 'linux')!.replace(' psql ', " printf '%s\\n' ")
      expect(await shell(line)).toBe(`-w\n${explicitUrl(address)}\n`)
    }
  })
  test('a word stays one word', async () => {
    const words = ['plain', 'two words', "it's", '$HOME', '`id`', 'a\\b', '', '*']
    expect(await shell(`printf '%s\\n' ${words.map(shellWord).join(' ')}`)).toBe(`${words.join('\n')}\n`)
  })
})
