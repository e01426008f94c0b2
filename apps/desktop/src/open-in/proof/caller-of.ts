/** Which process a connection comes from. */
import type { LocalConnection } from '../../shared/local-api.ts'
import type { System } from '../system/system.ts'
import type { ProcessFacts } from './match.ts'
import { darwinCaller } from './processes/darwin.ts'
import { linuxProcess } from './processes/linux.ts'
import { windowsCaller } from './processes/windows.ts'

/** A process that has ended meanwhile is still the one that the agent saw. */
const asSeen = ({ pid, program }: NonNullable<LocalConnection['caller']>, found: ProcessFacts | null): ProcessFacts => {
  if (found === null) return { pid, program, parent: null, sandbox: null, startedAt: null }
  return found.program === '' ? { ...found, program } : found
}

export type CallerOf = (connection: LocalConnection, port: number) => Promise<ProcessFacts | null>

/** @param system Linux tells the agent at once; elsewhere its programs are asked, now that it matters. */
export const callerOn =
  (system: System): CallerOf =>
  async ({ caller, peerPort }, port) => {
    if (caller !== null) return caller.pid === 0 ? null : asSeen(caller, await linuxProcess(caller.pid))
    if (peerPort === null) return null
    switch (system.platform) {
      case 'linux':
        return null
      case 'darwin':
        return darwinCaller(system, peerPort, port)
      case 'win32':
        return windowsCaller(system, peerPort, port)
    }
  }
