import { shellWord } from '../../shared/shell-word.ts'
import { findBundle } from '../system/bundles.ts'
import { type FindTerminals, type Terminal, type TerminalJob, terminalOf } from './terminal.ts'

/** Removes itself at once, and becomes the program. */
const script = ({ program, args }: TerminalJob): string =>
  `#!/bin/sh\n# Written by Sallyport; it holds no password.\nrm -- "$0"\nexec ${[program, ...args].map(shellWord).join(' ')}\n`

/** To have an app of its own run a command, scripting it would ask for a consent; a file to open needs none. */
const throughFile = (id: string, label: string, app: string): Terminal => ({
  id,
  label,
  open: (job) => {
    const name = `${job.fileName}.command`
    return {
      files: [{ name, text: script(job), executable: true }],
      start: { program: '/usr/bin/open', args: ['-a', app, `${job.folder}/${name}`] },
    }
  },
})

const WITH_PROGRAM = [
  { id: 'kitty', label: 'kitty', identifier: 'net.kovidgoyal.kitty', name: 'kitty', file: 'kitty', before: [] },
  { id: 'alacritty', label: 'Alacritty', identifier: 'org.alacritty', name: 'Alacritty', file: 'alacritty', before: ['-e'] },
  {
    id: 'wezterm',
    label: 'WezTerm',
    identifier: 'com.github.wez.wezterm',
    name: 'WezTerm',
    file: 'wezterm',
    before: ['start', '--'],
  },
] as const

/** Terminal is on every Mac and opens the file as its own kind. */
export const darwinTerminals: FindTerminals = async (system) => {
  const found = [throughFile('terminal', 'Terminal', 'Terminal')]
  const iterm = await findBundle(system, { identifiers: ['com.googlecode.iterm2'], names: ['iTerm'] })
  if (iterm !== null) found.push(throughFile('iterm', 'iTerm', iterm))
  for (const { id, label, identifier, name, file, before } of WITH_PROGRAM) {
    const bundle = await findBundle(system, { identifiers: [identifier], names: [name] })
    if (bundle !== null) found.push(terminalOf(id, { label, program: `${bundle}/Contents/MacOS/${file}`, before }))
  }
  return found
}
