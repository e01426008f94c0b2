/** What a page may choose of tools: never the path of a program, which only the person names. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AgentAccess } from '../open-in/agent-access.ts'
import { OpenIn } from '../open-in/open-in.ts'
import { thisSystem } from '../open-in/system/this-system.ts'
import { type ToolHandlers, toolHandlers } from './tool-handlers.ts'

let folder: TemporaryDirectory
let program: string
beforeEach(async () => {
  folder = await makeTemporaryDirectory()
  program = join(folder.path, 'dbeaver')
  await writeFile(program, '#!/bin/sh\n')
  await chmod(program, 0o755)
})
afterEach(() => folder.remove())

const nobody: AgentAccess = {
  credentials: async () => [],
  connections: async () => [],
  connect: async () => Promise.reject(new Error('nothing is connected here')),
  watch: () => () => {},
}
/** On a computer without any program. */
const handlers = (askForProgram: (() => Promise<string | null>) | null): ToolHandlers => {
  const system = { ...thisSystem({ PATH: '/nowhere' }), home: folder.path, platform: 'linux' as const }
  const paths = { open: join(folder.path, 'open'), tools: join(folder.path, 'tools.json') }
  const openIn = new OpenIn({ system, agent: nobody, paths })
  return toolHandlers({ openIn, tell: () => {}, logger: pino({ level: 'silent' }), askForProgram })
}
const dbeaverOf = ({ tools }: Awaited<ReturnType<ToolHandlers['toolChoices']>>) => tools.find(({ id }) => id === 'dbeaver')

test('every tool that is known is shown, found or not', async () => {
  const { tools, terminal } = await handlers(null).toolChoices({})
  expect(tools.map(({ id }) => id)).toEqual(expect.arrayContaining(['psql', 'dbeaver', 'datagrip', 'pgadmin']))
  expect(dbeaverOf({ tools, terminals: [], terminal })).toMatchObject({ outcome: null, program: null, own: false })
})

test('the person shows the program, and can take that back', async () => {
  const its = handlers(async () => program)
  expect(dbeaverOf(await its.chooseProgram({ tool: 'dbeaver' }))).toMatchObject({ outcome: 'connects', program })
  expect(dbeaverOf(await its.forgetTool({ tool: 'dbeaver' }))).toMatchObject({ outcome: null, program: null })
})

test('nothing changes when they think better of it', async () => {
  const its = handlers(async () => null)
  expect(dbeaverOf(await its.chooseProgram({ tool: 'dbeaver' }))).toMatchObject({ program: null })
})

test('what is no tool, and a host that has no window to ask in, is refused', async () => {
  await expect(handlers(async () => program).chooseProgram({ tool: 'sh' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(handlers(null).chooseProgram({ tool: 'dbeaver' })).rejects.toMatchObject({ code: 'forbidden' })
})

test('the terminal is remembered', async () => {
  const its = handlers(null)
  expect(await its.chooseTerminal({ terminal: 'konsole' })).toMatchObject({ terminal: 'konsole' })
  expect(await its.chooseTerminal({ terminal: null })).toMatchObject({ terminal: null })
})
