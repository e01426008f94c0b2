/** The `sallyport` command on a person's profile, as its user types it. */
import { fileURLToPath } from 'node:url'
import { type Agent, programEnvironment } from '@sallyport/testbed'
import { type Finished, type ProgramOptions, runProgram } from '@sallyport/testkit'

const launcher = fileURLToPath(new URL('../../apps/desktop/bin/sallyport.mjs', import.meta.url))

/** How a command line is started, to run it in one's own way. */
export const sallyportCommand = (agent: Agent, words: readonly string[]): ProgramOptions => ({
  command: process.execPath,
  args: [launcher, ...words],
  env: programEnvironment({ SALLYPORT_PROFILE: agent.profile }),
  name: `sallyport ${words.join(' ')}`,
})

/** Runs a command to its end. */
export const sallyport = (agent: Agent, ...words: readonly string[]): Promise<Finished> =>
  runProgram({ ...sallyportCommand(agent, words), timeoutMs: 90_000 })
