/** The `sallyport` command on a person's profile, as its user types it. */
import { type Agent, programEnvironment } from '@sallyport/testbed'
import { bundledProgram, type Finished, type ProgramOptions, runProgram } from '@sallyport/testkit'

const ENTRY = 'apps/desktop/src/cli/main.ts'

/** How a command line is started, to run it in one's own way. */
export const sallyportCommand = async (agent: Agent, words: readonly string[]): Promise<ProgramOptions> => ({
  command: process.execPath,
  args: [await bundledProgram(ENTRY), ...words],
  env: programEnvironment({ SALLYPORT_PROFILE: agent.profile }),
  name: `sallyport ${words.join(' ')}`,
})

/** Runs a command to its end. */
export const sallyport = async (agent: Agent, ...words: readonly string[]): Promise<Finished> =>
  runProgram({ ...(await sallyportCommand(agent, words)), timeoutMs: 90_000 })
