/** Which picture the tray shows. States differ in shape, because macOS draws them in one colour. */
import { join } from 'node:path'
import type { TrayState } from './shell.ts'

/** `…Template.png` is what macOS colours by itself; Windows wants several sizes in one file; Linux takes a plain picture. */
export const trayIcon = (folder: string, platform: NodeJS.Platform, state: TrayState): string => {
  if (platform === 'darwin') return join(folder, `tray-${state}-Template.png`)
  return join(folder, platform === 'win32' ? `tray-${state}.ico` : `tray-${state}.png`)
}
