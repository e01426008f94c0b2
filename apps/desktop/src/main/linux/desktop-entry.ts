/** Desktop entries of Linux desktops (freedesktop.org Desktop Entry Specification 1.5): start at login, and who opens our links. */

/** An argument of `Exec`: quoted, with what is special between quotes and what is special to the key itself escaped. */
const quoted = (word: string): string => `"${word.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`.replaceAll('\\', '\\\\')

const entry = (fields: Readonly<Record<string, string>>): string =>
  `[Desktop Entry]\n${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')}`

const common = { Type: 'Application', Name: 'Sallyport', Terminal: 'false' } as const

/** `Exec` knows no way to write a line break: such a program cannot be named. */
const assertOneLine = (words: readonly string[]): void => {
  if (words.some((word) => /[\n\r\0]/.test(word)))
    throw new Error('A path with a line break cannot be started by a desktop entry.')
}

/** For `~/.config/autostart`: the app in the tray, without its window. */
export const autostartEntry = (command: readonly string[]): string => {
  assertOneLine(command)
  return entry({ ...common, 'Exec': command.map(quoted).join(' '), 'X-GNOME-Autostart-enabled': 'true' })
}

/** For `~/.local/share/applications`: opens `sallyport:` links, for an AppImage that no package manager installed. */
export const linkHandlerEntry = (command: readonly string[]): string => {
  assertOneLine(command)
  return entry({
    ...common,
    Exec: `${command.map(quoted).join(' ')} %u`,
    NoDisplay: 'true',
    MimeType: 'x-scheme-handler/sallyport;',
  })
}
