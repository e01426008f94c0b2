/**
 * What is left when somebody looks into a running program with the means of its runtime: heap snapshots and diagnostic reports of the
 * API, with its vault, and of a gateway, while a lease lives. Neither holds a password of a resource, nor a root key, in any form; a
 * report says nothing of the environment, in which settings may be secret.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Testbed } from '@sallyport/testbed'
import { type Canary, canary, canaryOf, makeTemporaryDirectory, type Program, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

const passphrase = canary()
let folder: Awaited<ReturnType<typeof makeTemporaryDirectory>>
let bed: Testbed
let client: pg.Client

const optionsOf = (name: string): Record<string, string> => {
  const at = join(folder.path, name)
  return {
    NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --report-on-signal --report-signal=SIGURG --report-directory=${at} --diagnostic-dir=${at}`,
  }
}

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  for (const name of ['api', 'gateway']) await mkdir(join(folder.path, name))
  const apiEnvironment = { ...optionsOf('api'), SALLYPORT_LOG_PASSPHRASE: passphrase.text, SALLYPORT_LOG_ROOT_KEY: 'passphrase' }
  bed = await Testbed.start({ apiEnvironment })
  await bed.gateways[0]!.stop()
  await bed.restartGateway(bed.gateways[0]!, { env: optionsOf('gateway') })
  client = new pg.Client({ connectionString: await bed.owner.agent.url('shop-db/read-only') })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await bed?.stop()
  await folder?.remove()
})

/** What the program writes on a signal: the file, once it is whole. `end`: with what it then ends. */
const written = async (
  name: string,
  program: Program,
  { signal, ending, end }: { readonly signal: NodeJS.Signals; readonly ending: RegExp; readonly end: string },
): Promise<string> => {
  process.kill(program.pid, signal)
  return waitFor(
    async () => {
      const file = (await readdir(join(folder.path, name))).find((each) => ending.test(each))
      if (file === undefined) return false
      const path = join(folder.path, name, file)
      return (await readFile(path)).subarray(-16).toString().trimEnd().endsWith(end) && path
    },
    { description: `${signal} of ${name}`, timeoutMs: 120_000 },
  )
}

const formsIn = async (path: string, secrets: readonly Canary[]): Promise<string[]> => {
  const bytes = await readFile(path)
  return secrets.flatMap((secret, index) => secret.findBytes(bytes).map(({ form }) => `${index}: ${form}`))
}

test.each(['api', 'gateway'] as const)('of the %s', async (name) => {
  const program = name === 'api' ? bed.api.program : bed.gateways.at(-1)!.program
  const rootKey = await readFile(join(bed.central.directory, 'api', 'vault-root-key'))
  const secrets = [...Object.values(bed.shop.users).map(({ password }) => canaryOf(password)), canaryOf(rootKey)]

  const report = await written(name, program, { signal: 'SIGURG', ending: /^report.*\.json$/, end: '\n}' })
  const parsed = JSON.parse(await readFile(report, 'utf8')) as Record<string, unknown>
  expect(parsed).toHaveProperty('javascriptStack')
  expect(parsed).not.toHaveProperty('environmentVariables')
  expect(await formsIn(report, [...secrets, passphrase])).toEqual([])

  const snapshot = await written(name, program, { signal: 'SIGUSR2', ending: /\.heapsnapshot$/, end: ']}' })
  // It is there, and what is no secret is found in it.
  expect(await formsIn(snapshot, [canaryOf(bed.database.resource)])).not.toEqual([])
  expect(await formsIn(snapshot, secrets)).toEqual([])
  expect((await client.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }])
})
