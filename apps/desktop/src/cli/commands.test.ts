import { glob, readFile } from 'node:fs/promises'
import { errorTable } from '@sallyport/protocol'
import { routes } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'
import { allCommands, commandGroups } from './commands.ts'
import { exitCodeMeanings, exitCodes } from './exit-codes.ts'
import { runCli } from './testing/run-cli.ts'
import { referencePage } from './testing/reference.ts'

test('the page in docs/user/cli.md is that of the commands; update it by: npx vitest -u', async () => {
  await expect(referencePage(commandGroups)).toMatchFileSnapshot('../../../../docs/user/cli.md')
})

test('no two commands have the same words, and none below another is taken for an argument of it', () => {
  const words = allCommands.map((command) => command.words)
  expect(new Set(words).size).toBe(words.length)
  const above = allCommands.filter((command) => words.some((other) => other.startsWith(`${command.words} `)))
  for (const { parameters } of above) expect(Object.values(parameters).filter(({ kind }) => kind === 'argument')).toEqual([])
})

test('no flag begins with no-, which the parser would turn around', () => {
  const usages = allCommands.flatMap((command) => Object.values(command.parameters).map(({ usage }) => usage))
  expect(usages.filter((usage) => usage.startsWith('--no-'))).toEqual([])
})

test('every kind of error has its exit code, and every exit code its meaning', () => {
  for (const { kind } of Object.values(errorTable)) expect(exitCodeMeanings.map(([code]) => code)).toContain(exitCodes[kind])
})

test('each route of administration has a command', async () => {
  const asked = new Set<string>()
  for await (const file of glob(`${import.meta.dirname}/{administration,commands,log}/*.ts`))
    for (const [, name] of (await readFile(file, 'utf8')).matchAll(/'(\w+)'/g)) asked.add(name!)
  // Commands of such changes ask for their previews themselves.
  for (const { preview } of allCommands) if (preview !== undefined) asked.add(preview)
  const administered = Object.entries(routes).filter(([, { permission }]) => permission !== null)
  expect(administered.length).toBeGreaterThan(40)
  expect(administered.map(([name]) => name).filter((name) => !asked.has(name))).toEqual([])
})

test('the help of each command can be shown', async () => {
  const { stdout, code } = await runCli(['help', 'admin', 'credentials', 'add'])
  expect(code).toBe(0)
  expect(stdout).toContain('--user-name <name>')
  const groups = await runCli(['admin', '--help'])
  for (const noun of ['users', 'roles', 'grants', 'gateways', 'settings']) expect(groups.stdout).toContain(noun)
})
