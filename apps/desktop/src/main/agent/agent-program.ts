/**
 * Where the agent's program is. It is a process and an executable of its own, because it outlives the app; in a package it lies
 * beside the app's resources, in a checkout it is run by the workspace's Node. See docs/adr for why not by Electron itself.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AGENT_WORD } from '../../local/agent-process.ts'

export interface AppPlace {
  readonly packaged: boolean
  /** Folder beside the app's own code, `resources` or `Resources`. */
  readonly resources: string
  readonly platform: NodeJS.Platform
}

/** Program and first arguments of the agent. */
export const agentCommand = ({ packaged, resources, platform }: AppPlace): readonly [string, ...string[]] => {
  if (packaged) return [join(resources, 'bin', platform === 'win32' ? 'sallyport.exe' : 'sallyport'), AGENT_WORD]
  const source = fileURLToPath(new URL('../../src/agent/main.ts', import.meta.url))
  return [createRequire(import.meta.url).resolve(`node/bin/node${platform === 'win32' ? '.exe' : ''}`), source]
}
