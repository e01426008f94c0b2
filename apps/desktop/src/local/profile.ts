/** Where a profile lives: one folder per person and organization, with everything the client keeps. */
import { chmod, mkdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import type { LocalAddress } from './local-client.ts'

/** Environment variable that names another profile folder than the default. */
export const PROFILE_VARIABLE = 'SALLYPORT_PROFILE'
/** Environment variable that names a file with the passphrase of a profile that uses no keychain. */
export const PASSPHRASE_VARIABLE = 'SALLYPORT_PASSPHRASE_FILE'

export interface ProfilePaths {
  readonly folder: string
  /** Sealed: keys, device state, session. */
  readonly identity: string
  readonly lock: string
  /** Secret that agent and faces prove to each other. */
  readonly token: string
  /** Where the running agent listens: {@link AgentContact} as JSON. */
  readonly contact: string
  /** What the person likes in the app. */
  readonly faces: string
  /** What the person chose: ports, listeners that are off. */
  readonly preferences: string
  /** For other tools: what listens where. */
  readonly listeners: string
  /** Folders of what tools are given to open. */
  readonly open: string
  /** Is there while the app's pages are locked. */
  readonly pageLock: string
  /** What the person chose for tools. */
  readonly tools: string
  readonly log: string
}

export const profilePaths = (profile: string): ProfilePaths => {
  const folder = resolve(profile)
  return {
    folder,
    identity: join(folder, 'identity'),
    lock: join(folder, 'agent.lock'),
    token: join(folder, 'agent.token'),
    contact: join(folder, 'agent.json'),
    faces: join(folder, 'faces.json'),
    preferences: join(folder, 'preferences.json'),
    listeners: join(folder, 'listeners.json'),
    open: join(folder, 'open'),
    pageLock: join(folder, 'pages-locked'),
    tools: join(folder, 'tools.json'),
    log: join(folder, 'agent.log'),
  }
}

/** The folder given, else that of {@link PROFILE_VARIABLE}, else the system's usual place. */
export const resolveProfile = (given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string => {
  const named = given ?? environment[PROFILE_VARIABLE]
  return resolve(named === undefined || named === '' ? defaultProfile(environment) : named)
}

const defaultProfile = (environment: NodeJS.ProcessEnv): string => {
  switch (process.platform) {
    case 'win32':
      return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Sallyport')
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Sallyport')
    default:
      return join(environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'sallyport')
  }
}

/** Makes the folder, and refuses one that other users could write to or look into. Throws `profile_unreadable`. */
export const makeProfileFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (process.platform === 'win32') return
  const { uid, mode } = await stat(folder)
  if (uid !== process.getuid?.())
    throw new SallyportError('profile_unreadable', { message: `The folder ${folder} belongs to another user.` })
  if ((mode & 0o077) !== 0) await chmod(folder, 0o700)
}

export const agentContact = z.strictObject({
  pid: z.int().positive(),
  /** Path of the unix socket or name of the pipe. */
  socket: z.string().min(1).max(300),
  version: z.string().max(64),
})
export type AgentContact = z.infer<typeof agentContact>

/** How to reach the agent of a profile; null when none has left its address. */
export const readAgentAddress = async (profile: string): Promise<LocalAddress | null> => {
  const paths = profilePaths(profile)
  try {
    const contact = agentContact.parse(JSON.parse(await readFile(paths.contact, 'utf8')))
    return { socket: contact.socket, tokenFile: paths.token }
  } catch {
    return null
  }
}
