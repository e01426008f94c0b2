/** A log witness as a process of somebody else's, on loopback. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, type Program } from '@sallyport/testkit'
import { runNodeProgram, startNodeProgram, waitUntilReady } from './node-program.ts'

const ENTRY = 'apps/witness/src/main.ts'

export interface Witness {
  /** Its verifier key, and where it is. */
  readonly key: string
  readonly url: string
  readonly program: Program
  /** Has it witness these logs, by their verifier keys, and no others. */
  setLogs(keys: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** `state`: an empty folder of its own. */
export const startWitness = async (state: string): Promise<Witness> => {
  const name = 'witness'
  const init = await runNodeProgram({ name, entry: ENTRY, args: ['init', '--state', state, '--name', 'witness.example/one'] })
  const address = `127.0.0.1:${await freePort()}`
  const program = await startNodeProgram({ name, entry: ENTRY, args: ['serve', '--state', state, '--listen', address] })
  await waitUntilReady(program)
  return {
    key: init.trim(),
    url: `http://${address}`,
    program,
    setLogs: (keys) => writeFile(join(state, 'logs'), keys.map((key) => `${key}\n`).join('')),
    stop: async () => {
      await program.stop()
    },
  }
}
