/** What the app shows and asks outside its window. */
import { EventEmitter } from 'node:events'
import { type Item, state } from './state.ts'

export const Menu = {
  buildFromTemplate: (items: readonly Item[]): readonly Item[] => items,
  setApplicationMenu: (items: readonly Item[]): void => void (state.menu = items),
}

export class Tray extends EventEmitter {
  constructor(image: { path: string }) {
    super()
    this.setImage(image)
  }
  setImage(image: { path: string }): void {
    state.trayImage = image.path
  }
  setToolTip(text: string): void {
    state.trayTooltip = text
  }
  setContextMenu(items: readonly Item[]): void {
    state.trayMenu = items
  }
  destroy(): void {
    state.trayMenu = null
  }
}

export class StandInNotification extends EventEmitter {
  static isSupported = (): boolean => true
  readonly title: string
  readonly body: string
  open = false

  constructor({ title, body }: { title: string; body: string }) {
    super()
    this.title = title
    this.body = body
    state.notifications.push(this)
  }
  show(): void {
    this.open = true
  }
  close(): void {
    this.open = false
    this.emit('close')
  }
}
export const nativeImage = { createFromPath: (path: string) => ({ path, setTemplateImage: () => {} }) }
export const clipboard = {
  writeText: async (text: string): Promise<void> => {
    state.clipboard = text
  },
}
export const shell = {
  openExternal: async (url: string): Promise<void> => void state.opened.push(url),
  showItemInFolder: (path: string): void => void state.opened.push(path),
}
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }
export const powerMonitor = new EventEmitter()
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false })

interface BoxOptions {
  readonly message: string
  readonly detail: string
  readonly buttons: string[]
}
export const dialog = {
  /** With a window before the options, or without. */
  showMessageBox: (...words: readonly unknown[]): Promise<{ response: number }> => {
    const { message, detail, buttons } = words.at(-1) as BoxOptions
    return new Promise((resolve) => {
      state.question = { message, detail, buttons, answer: (response) => resolve({ response }) }
    })
  },
  showSaveDialog: async (): Promise<{ canceled: boolean; filePath: string }> => ({
    canceled: state.savePath === '',
    filePath: state.savePath,
  }),
  showOpenDialog: async (): Promise<{ canceled: boolean; filePaths: string[] }> => ({
    canceled: state.savePath === '',
    filePaths: [state.savePath],
  }),
  showErrorBox: (title: string, content: string): void => void process.stderr.write(`${title}: ${content}\n`),
}
