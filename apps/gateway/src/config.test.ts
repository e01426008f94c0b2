import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withTemporaryDirectory } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { checkListen, readConfig, UsageError } from './config.ts'

const serve = ['serve', '--state', '/state', '--listen', '127.0.0.1:7443']

describe('serve', () => {
  test('has careful defaults', async () => {
    expect(await readConfig(serve, {})).toEqual({
      command: 'serve',
      state: '/state',
      logLevel: 'info',
      listen: { host: '127.0.0.1', port: 7443 },
      allowLoopbackResources: false,
      allowedNetworks: [],
      storeTokens: new Map(),
      spoolLimit: 512 * 1024 * 1024,
      recordingsLimit: 10 * 1024 * 1024 * 1024,
      drainLimit: 10_000,
    })
  })

  test('takes the environment where flags are silent', async () => {
    const environment = {
      SALLYPORT_STATE: '/elsewhere',
      SALLYPORT_LISTEN: '[::1]:7443',
      SALLYPORT_ALLOW_LOOPBACK_RESOURCES: 'true',
      SALLYPORT_ALLOW_RESOURCE_NETWORK: '169.254.1.0/24, fe80::/10',
    }
    expect(await readConfig(['serve', '--state', '/state'], environment)).toMatchObject({
      state: '/state',
      listen: { host: '::1', port: 7443 },
      allowLoopbackResources: true,
      allowedNetworks: ['169.254.1.0/24', 'fe80::/10'],
    })
  })

  test('is given tokens of stores, each by the id of its store and a file', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    const tokens = ['--store-token', `${first}=/run/first`, '--store-token', `${second}=/run/a=b`]
    expect(await readConfig([...serve, ...tokens], {})).toMatchObject({
      storeTokens: new Map([
        [first, '/run/first'],
        [second, '/run/a=b'],
      ]),
    })
  })

  test('is given networks one by one', async () => {
    const networks = ['--allow-resource-network', '169.254.1.0/24', '--allow-resource-network', '127.0.0.0/8']
    expect(await readConfig([...serve, ...networks], {})).toMatchObject({ allowedNetworks: ['169.254.1.0/24', '127.0.0.0/8'] })
  })
})

test('join reads its token from a file, so that nobody sees it in the list of processes', async () => {
  await withTemporaryDirectory(async (folder) => {
    const file = join(folder, 'token')
    await writeFile(file, 'sallyport-join-abc\n')
    expect(await readConfig(['join', '--state', '/state', '--token', `@${file}`], {})).toMatchObject({
      token: 'sallyport-join-abc',
    })
  })
})

test.each([
  [[]],
  [['start']],
  [['serve', 'more']],
  [['serve', '--state', '/state', '--listen', '127.0.0.1:1', '--store-token', 'hvs.pasted-by-mistake']],
  [['serve', '--listen', '127.0.0.1:1']],
  [['serve', '--state', '/state', '--listen', 'localhost:1']],
  [['serve', '--state', '/state', '--listen', '127.0.0.1:70000']],
  [[...serve, '--spool-limit-mebibytes', '1']],
  [[...serve, '--drain-seconds', '-1']],
  [[...serve, '--allow-resource-network', '10.0.0.0']],
  [[...serve, '--log-level', 'loud']],
  [[...serve, '--unknown']],
])('%j is not understood, and says how it is meant', async (args) => {
  await expect(readConfig(args, {})).rejects.toThrow(UsageError)
  await expect(readConfig(args, {})).rejects.toThrow('Usage:')
})

test('a gateway is dialled, a relay is not', () => {
  const listen = { host: '127.0.0.1', port: 7443 }
  expect(checkListen(listen, false)).toBe(listen)
  expect(checkListen(null, true)).toBeNull()
  expect(() => checkListen(null, false)).toThrow('--listen is missing')
  expect(() => checkListen(listen, true)).toThrow('leave --listen out')
})
