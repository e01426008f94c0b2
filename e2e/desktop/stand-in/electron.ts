/** What the app takes from the module `electron`. Each part does what it can without a desktop, and writes down the rest. */
import './orders.ts'

export { clipboard, dialog, Menu, nativeImage, nativeTheme, powerMonitor, screen, shell, Tray } from './desktop.ts'
export { StandInNotification as Notification } from './desktop.ts'
export { app, ipcMain } from './program.ts'
export { protocol, session, StandInWindow as BrowserWindow } from './window.ts'
