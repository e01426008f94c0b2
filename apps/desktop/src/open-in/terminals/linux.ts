import { findProgram } from '../system/find-program.ts'
import { type FindTerminals, type Terminal, terminalOf } from './terminal.ts'

/** In the order of preference: what the person chose for the desktop, what the distribution chose, then what is known. */
const KNOWN: readonly { readonly program: string; readonly label: string; readonly before: readonly string[] }[] = [
  { program: 'xdg-terminal-exec', label: 'the terminal of the desktop', before: [] },
  { program: 'x-terminal-emulator', label: 'the terminal of the system', before: ['-e'] },
  { program: 'gnome-terminal', label: 'GNOME Terminal', before: ['--'] },
  { program: 'ptyxis', label: 'Ptyxis', before: ['--'] },
  { program: 'kgx', label: 'GNOME Console', before: ['--'] },
  { program: 'konsole', label: 'Konsole', before: ['-e'] },
  { program: 'xfce4-terminal', label: 'Xfce Terminal', before: ['-x'] },
  { program: 'kitty', label: 'kitty', before: [] },
  { program: 'alacritty', label: 'Alacritty', before: ['-e'] },
  { program: 'wezterm', label: 'WezTerm', before: ['start', '--'] },
  { program: 'foot', label: 'foot', before: [] },
  { program: 'xterm', label: 'xterm', before: ['-e'] },
]

export const linuxTerminals: FindTerminals = async (system) => {
  const { environment } = system
  // Without a display there is no window to open.
  if (!environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return []
  const found: Terminal[] = []
  for (const { program: name, label, before } of KNOWN) {
    const program = await findProgram(system, name)
    if (program !== null) found.push(terminalOf(name, { label, program, before }))
  }
  return found
}
