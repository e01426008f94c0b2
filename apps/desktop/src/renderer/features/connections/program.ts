/** The program behind a connection, as people know it. Pure. */
import type { LocalConnection } from '../../../shared/local-api.ts'
import { text } from '../../texts/text.ts'

/** The last part of its path, without the ending that Windows gives it. */
export const programOf = ({ caller }: LocalConnection): string => {
  if (!caller) return text('connections.unknownProgram')
  const name = caller.program.split(/[/\\]/).at(-1) ?? caller.program
  return name.replace(/\.exe$/i, '')
}
