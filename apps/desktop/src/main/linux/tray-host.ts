/** Whether somebody on this desktop shows tray icons: who does owns a well-known name on the session bus. */
import { execFile } from 'node:child_process'

const NAME = 'org.kde.StatusNotifierWatcher'
const LIMIT = 2_000

/** False when there is no bus, or none who shows icons: then closing the window must not hide the only way in. */
export const hasTrayHost = (): Promise<boolean> =>
  new Promise((resolve) => {
    const words = ['--session', '--print-reply=literal', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus']
    execFile(
      'dbus-send',
      [...words, 'org.freedesktop.DBus.NameHasOwner', `string:${NAME}`],
      { timeout: LIMIT },
      (error, output) => resolve(error === null && /\bboolean true\b/.test(output)),
    )
  })
