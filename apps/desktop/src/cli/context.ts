/** What a command has to work with. */
import { resolveProfile } from '../local/profile.ts'
import { type Api, apiThrough } from './agent/api.ts'
import { pageVisitor } from './agent/browser.ts'
import { type AgentConnection, createAgentConnection } from './agent/connection.ts'
import { createPresence, type Presence } from './agent/presence.ts'
import { type Visits, visitsOf } from './agent/visit-page.ts'
import { createDirectory, type Directory } from './names/directory.ts'
import { type Progress, progressOn } from './terminal/progress.ts'
import { createPrompter, type Prompter } from './terminal/prompter.ts'
import { type Style, styleOf } from './terminal/terminal.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean
  readonly color: boolean
  readonly yes: boolean
  readonly profile?: string
  readonly passphraseFile?: string
}

export interface Context extends AgentConnection {
  readonly options: GlobalOptions
  /** Folder of the profile. */
  readonly profile: string
  readonly api: Api
  readonly presence: Presence
  /** Of pages in the browser; `paste` where somebody said whether a code is to be pasted. */
  visits(paste?: boolean): Visits
  readonly directory: Directory
  readonly prompter: Prompter
  /** Shows that something takes time. */
  readonly progress: Progress
  readonly standardInput: NodeJS.ReadStream
  /** Of standard output. */
  readonly style: Style
  /** Writes a line for people beside the answer, to stderr; nothing with --json. */
  note(text: string): void
}

export const createContext = (options: GlobalOptions): Context => {
  const { stdin, stdout, stderr, env: environment } = process
  const profile = resolveProfile(options.profile, environment)
  const { color: colors, passphraseFile } = options
  const progress = progressOn(stderr, styleOf({ stream: stderr, environment, colors }))
  const connection = createAgentConnection({ profile, passphraseFile, progress })
  const prompter = createPrompter(stdin, stderr)
  const visit = pageVisitor({ stderr, environment })
  const visits = (paste?: boolean): Visits => visitsOf({ environment, prompter, visit }, paste)
  const presence = createPresence({ agent: () => connection.agent(), visits: visits(), environment })
  const api = apiThrough(presence)
  return {
    ...connection,
    options,
    profile,
    api,
    presence,
    visits,
    directory: createDirectory(api),
    prompter,
    progress,
    standardInput: stdin,
    style: styleOf({ stream: stdout, environment, colors }),
    note: (text) => {
      if (!options.json) stderr.write(`${text}\n`)
    },
    close: () => {
      connection.close()
      prompter.close()
    },
  }
}
