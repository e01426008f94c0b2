import { runProgram, skipReason } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { dockerLine, explicitUrl, jdbcUrl, plainUrl, type PostgresAddress, shellLines, socketUrl } from './addresses.ts'
import { shellWord } from './shell-word.ts'

const address: PostgresAddress = {
  host: '127.0.0.1',
  port: 15_001,
  user: 'o’brien@shop/x',
  database: "it's & more",
  socketDirectory: '/run/user/1000/sallyport',
}

describe('addresses', () => {
  test('keep names with special characters apart from the address', () => {
    const url = new URL(plainUrl(address))
    expect([url.host, decodeURIComponent(url.username), decodeURIComponent(url.pathname)]).toEqual([
      '127.0.0.1:15001',
      address.user,
      `/${address.database}`,
    ])
    expect(jdbcUrl(address)).toMatch(
      /^jdbc:postgresql:\/\/127\.0\.0\.1:15001\/it's%20%26%20more\?user=o%E2%80%99brien%40shop%2Fx&/,
    )
  })
  test('hold no password', () => {
    for (const url of [plainUrl(address), explicitUrl(address), socketUrl(address)!])
      expect(new URL(url.replace('@/', '@x/')).password).toBe('')
  })
  test('of the socket name its folder', () => {
    expect(socketUrl(address)).toContain('?host=%2Frun%2Fuser%2F1000%2Fsallyport&port=15001')
    expect(socketUrl({ ...address, socketDirectory: null })).toBeNull()
  })
  test('for containers share the network of Linux, and name the host elsewhere', () => {
    expect(dockerLine(address, 'linux')).toContain('--network host --user "$(id -u):$(id -g)"')
    expect(dockerLine(address, 'darwin')).toContain('@host.docker.internal:15001/')
  })
})

describe.skipIf(skipReason({ platforms: ['linux', 'darwin'] }))('in a shell', () => {
  test('variables keep every character', async () => {
    const script = `PGSERVICE=x; export PGSERVICE; ${shellLines(address, 'linux')}\nprintf '%s|%s|%s' "$PGUSER" "$PGDATABASE" "\${PGSERVICE-none}"`
    expect((await runProgram({ command: 'sh', args: ['-c', script] })).stdout).toBe(`${address.user}|${address.database}|none`)
  })
  test('a word stays one word', async () => {
    const words = ['plain', 'two words', "it's", '$HOME', '`id`', 'a\\b', '', '*']
    const { stdout } = await runProgram({ command: 'sh', args: ['-c', `printf '%s\\n' ${words.map(shellWord).join(' ')}`] })
    expect(stdout).toBe(`${words.join('\n')}\n`)
  })
})
