/** The app as a program: its start and end, its one instance, its browser, and calls from pages. */
import { EventEmitter } from 'node:events'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type OwnChromium, startChromium } from './chromium.ts'
import { state } from './state.ts'

type Handler = (event: unknown, ...words: unknown[]) => unknown

let chromium: Promise<OwnChromium> | null = null
export const browser = (): Promise<OwnChromium> => {
  chromium ??= startChromium(process.env['STAND_IN_CHROMIUM'] ?? 'chromium').then((started) => {
    process.send?.({ endpoint: started.endpoint })
    return started
  })
  return chromium
}

const paths = new Map<string, string>()
let lock: string | null = null

class StandInApp extends EventEmitter {
  readonly isPackaged = false
  readonly commandLine = { hasSwitch: (name: string) => process.argv.includes(`--${name}`), appendSwitch: () => {} }

  whenReady = async (): Promise<void> => {
    await browser()
  }
  setName = (): void => {}
  getVersion = (): string => '0.0.0'
  setPath = (name: string, path: string): void => void paths.set(name, path)
  getPath = (name: string): string => paths.get(name) ?? ''
  enableSandbox = (): void => {}
  disableHardwareAcceleration = (): void => {}
  setAppUserModelId = (): void => {}
  setDesktopName = (): void => {}
  setAsDefaultProtocolClient = (): boolean => true
  getLoginItemSettings = () => ({ openAtLogin: false, executableWillLaunchAtLogin: false })
  setLoginItemSettings = (): void => {}
  setBadgeCount = (count: number): boolean => {
    state.badge = count
    return true
  }

  requestSingleInstanceLock = (): boolean => {
    const folder = this.getPath('userData')
    mkdirSync(folder, { recursive: true })
    try {
      const file = openSync(join(folder, 'SingletonLock'), 'wx')
      writeSync(file, String(process.pid))
      closeSync(file)
      lock = join(folder, 'SingletonLock')
      return true
    } catch {
      return false
    }
  }

  quit = (): void => {
    let prevented = false
    this.emit('before-quit', { preventDefault: () => (prevented = true) })
    if (!prevented) this.exit(0)
  }

  exit = (code: number): void => {
    if (lock !== null) rmSync(lock, { force: true })
    const close = chromium === null ? Promise.resolve() : chromium.then((started) => started.close())
    close.then(
      () => process.exit(code),
      () => process.exit(1),
    )
  }
}
export const app = new StandInApp()

class StandInIpcMain extends EventEmitter {
  readonly handlers = new Map<string, Handler>()
  handle = (channel: string, handler: Handler): void => void this.handlers.set(channel, handler)
}
export const ipcMain = new StandInIpcMain()
