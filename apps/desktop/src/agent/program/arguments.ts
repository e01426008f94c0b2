/** What the agent is started with. Flags and environment are read here only. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { MIN_PASSPHRASE } from '@sallyport/program'
import { SallyportError } from '@sallyport/protocol'
import { PASSPHRASE_VARIABLE, resolveProfile } from '../../local/profile.ts'

export interface AgentArguments {
  readonly profile: string
  /** null: the keys are under the keychain. */
  readonly passphrase: string | null
  /** Logs to standard error, too. */
  readonly foreground: boolean
}

/** Throws `invalid_request`. */
export const readArguments = async (words: readonly string[], environment: NodeJS.ProcessEnv): Promise<AgentArguments> => {
  const values = parse(words)
  const file = values['passphrase-file'] ?? environment[PASSPHRASE_VARIABLE]
  return {
    profile: resolveProfile(values.profile, environment),
    passphrase: file === undefined || file === '' ? null : await readPassphrase(file),
    foreground: values.foreground ?? false,
  }
}

const parse = (words: readonly string[]) => {
  try {
    return parseArgs({
      args: [...words],
      options: {
        'profile': { type: 'string' },
        'passphrase-file': { type: 'string' },
        'foreground': { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: cause instanceof Error ? cause.message : 'Unknown arguments.', cause })
  }
}

/** One line; an editor's line end at its end does not count. */
const readPassphrase = async (path: string): Promise<string> => {
  let text: string
  try {
    text = (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: `The passphrase file ${path} cannot be read.`, cause })
  }
  if (text.length < MIN_PASSPHRASE)
    throw new SallyportError('invalid_request', { message: `The passphrase needs at least ${MIN_PASSPHRASE} characters.` })
  return text
}
