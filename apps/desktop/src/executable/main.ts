/**
 * The one program that lies beside the packaged app: the command line tool, and with its first word `run-agent` the agent. It is
 * built into a copy of Node that runs nothing else: no other script, no options of the environment. See docs/adr.
 */
import { AGENT_WORD } from '../local/agent-process.ts'

const start = async (): Promise<void> => {
  if (process.argv[2] !== AGENT_WORD) {
    await import('../cli/main.ts')
    return
  }
  process.argv.splice(2, 1)
  await import('../agent/main.ts')
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
