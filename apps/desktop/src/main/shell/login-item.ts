/** Start at login, in each system's own way. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { App } from 'electron'
import { autostartEntry } from '../linux/desktop-entry.ts'

/** Tells a start at login from one by the person: no window is shown. */
export const HIDDEN_SWITCH = 'hidden'

export interface LoginItem {
  isOn(): Promise<boolean>
  set(on: boolean): Promise<void>
}

/** macOS and Windows. Windows' own list of what may start is respected: switched off there is off. */
export const systemLoginItem = (app: App): LoginItem => {
  const args = [`--${HIDDEN_SWITCH}`]
  return {
    isOn: async () => {
      const { openAtLogin, executableWillLaunchAtLogin } = app.getLoginItemSettings({ args })
      return openAtLogin && executableWillLaunchAtLogin !== false
    },
    set: async (on) => app.setLoginItemSettings({ openAtLogin: on, args }),
  }
}

/** Linux: an entry of the person's own autostart folder. */
export const autostartItem = (file: string, command: readonly string[]): LoginItem => ({
  isOn: () =>
    stat(file).then(
      () => true,
      () => false,
    ),
  set: async (on) => {
    if (!on) return rm(file, { force: true })
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, autostartEntry([...command, `--${HIDDEN_SWITCH}`]), { mode: 0o644 })
  },
})
