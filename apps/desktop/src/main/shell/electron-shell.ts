/** The desktop as Electron gives it. Nothing is decided here. */
import {
  app,
  type BrowserWindow,
  clipboard,
  dialog,
  Menu,
  type MenuItemConstructorOptions,
  nativeImage,
  Notification,
  shell,
  Tray,
} from 'electron'
import type { HostFacts } from '../../shared/app-api.ts'
import { titleBarSpace } from '../window/window-frame.ts'
import { type LoginItem } from './login-item.ts'
import type { MenuEntry, Notice, Question, Shell, TrayView } from './shell.ts'
import { trayIcon } from './tray-icon.ts'

export interface ElectronShellOptions {
  readonly platform: NodeJS.Platform
  /** Folder of the tray's pictures. */
  readonly icons: string
  readonly loginItem: LoginItem | null
  readonly updates: boolean
  /** Questions belong to it, if it is there. */
  readonly window: () => BrowserWindow | null
}

const templateOf = (entries: readonly MenuEntry[]): MenuItemConstructorOptions[] =>
  entries.map((entry): MenuItemConstructorOptions => {
    switch (entry.kind) {
      case 'item': {
        const { label, enabled = true, accelerator, onClick } = entry
        return { label, enabled, click: () => onClick(), ...(accelerator === undefined ? {} : { accelerator }) }
      }
      case 'note':
        return { label: entry.label, enabled: false }
      case 'separator':
        return { type: 'separator' }
      case 'role':
        return { role: entry.role }
      case 'submenu':
        return { label: entry.label, submenu: templateOf(entry.entries) }
    }
  })

/** What is beneath, for a report. */
const components = (): Record<string, string> =>
  Object.fromEntries(
    ['electron', 'chrome', 'node'].flatMap((name) => {
      const version = process.versions[name]
      return version === undefined ? [] : [[name, version]]
    }),
  )

export class ElectronShell implements Shell {
  readonly facts: Shell['facts']
  readonly #options: ElectronShellOptions
  readonly #notices = new Map<string, Notification>()
  #tray: Tray | null = null
  #activate: () => void = () => {}

  constructor(options: ElectronShellOptions) {
    this.#options = options
    const { platform, loginItem, updates } = options
    const capabilities: HostFacts['capabilities'] = [
      'open-in',
      'save-file',
      'choose-program',
      'tray',
      'start-agent',
      'screen-lock',
    ]
    if (Notification.isSupported()) capabilities.push('notifications')
    if (loginItem !== null) capabilities.push('start-at-login')
    if (updates) capabilities.push('updates')
    if (platform !== 'linux') capabilities.push('own-title-bar')
    this.facts = { capabilities, components: components(), titleBar: titleBarSpace(platform) }
  }

  showTray(view: TrayView | null): void {
    if (view === null) {
      this.#tray?.destroy()
      this.#tray = null
      return
    }
    this.#activate = view.onActivate
    const { platform, icons } = this.#options
    const image = nativeImage.createFromPath(trayIcon(icons, platform, view.state))
    if (platform === 'darwin') image.setTemplateImage(true)
    if (this.#tray === null) {
      this.#tray = new Tray(image)
      this.#tray.on('click', () => this.#activate())
    } else this.#tray.setImage(image)
    this.#tray.setToolTip(view.tooltip)
    // On Linux a menu that is changed in place is not shown: it is set anew.
    this.#tray.setContextMenu(Menu.buildFromTemplate(templateOf(view.entries)))
  }

  setMenu(entries: readonly MenuEntry[]): void {
    Menu.setApplicationMenu(Menu.buildFromTemplate(templateOf(entries)))
  }

  notify({ id, title, body, onClick }: Notice): void {
    this.withdraw(id)
    const notification = new Notification({ title, body, silent: false })
    notification.on('click', onClick)
    notification.on('close', () => {
      if (this.#notices.get(id) === notification) this.#notices.delete(id)
    })
    this.#notices.set(id, notification)
    notification.show()
  }

  withdraw(id: string): void {
    this.#notices.get(id)?.close()
    this.#notices.delete(id)
  }

  setBadge(count: number): void {
    app.setBadgeCount(count)
  }

  openExternal(url: string): Promise<void> {
    return shell.openExternal(url)
  }

  async copy(text: string): Promise<void> {
    await clipboard.writeText(text)
  }

  async ask({ message, detail, buttons }: Question): Promise<number> {
    const options = {
      type: 'question' as const,
      message,
      detail,
      buttons: [...buttons],
      defaultId: 0,
      cancelId: buttons.length - 1,
    }
    const window = this.#options.window()
    const { response } = await (window === null ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options))
    return response
  }

  async choosePath(suggestedName: string): Promise<string | null> {
    const window = this.#options.window()
    const options = { defaultPath: suggestedName }
    const { canceled, filePath } = await (window === null
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(window, options))
    return canceled || filePath === '' ? null : filePath
  }

  /** Selected in the folder above it: what is opened might be started, where a folder is a program. */
  async showFolder(path: string): Promise<void> {
    shell.showItemInFolder(path)
  }

  async chooseProgram(): Promise<string | null> {
    const window = this.#options.window()
    const options = { properties: ['openFile' as const, 'dontAddToRecent' as const] }
    const { canceled, filePaths } = await (window === null
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options))
    return canceled ? null : (filePaths[0] ?? null)
  }

  startsAtLogin(): Promise<boolean> {
    return this.#options.loginItem?.isOn() ?? Promise.resolve(false)
  }

  async setStartAtLogin(on: boolean): Promise<void> {
    await this.#options.loginItem?.set(on)
  }

  exit(): void {
    app.exit(0)
  }
}
