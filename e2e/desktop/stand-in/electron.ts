/** What the app takes from the module `electron`. Each part does what it can without a desktop, and writes down the rest. */
import { EventEmitter } from 'node:events'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DesktopState, Order } from './control.ts'
import { orderMessage } from './control.ts'
import { type OwnChromium, startChromium } from './chromium.ts'
import { StandInPage } from './page.ts'

type Handler = (event: unknown, ...words: unknown[]) => unknown

interface Item {
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly enabled?: boolean
  readonly click?: () => void
  readonly submenu?: readonly Item[]
}

const state = {
  trayImage: '',
  trayTooltip: '',
  trayMenu: null as readonly Item[] | null,
  menu: [] as readonly Item[],
  notifications: [] as StandInNotification[],
  clipboard: '',
  badge: 0,
  opened: [] as string[],
  question: null as { message: string; detail: string; buttons: string[]; answer: (index: number) => void } | null,
  savePath: '',
  refused: [] as string[],
  crossings: [] as string[],
  windows: [] as StandInWindow[],
}

let chromium: Promise<OwnChromium> | null = null
const browser = (): Promise<OwnChromium> => {
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

type BeforeRequest = (details: { url: string }, decide: (answer: { cancel?: boolean }) => void) => void
type Fetch = (request: Request) => Response | Promise<Response>
class StandInSession extends EventEmitter {
  readonly schemes = new Map<string, Fetch>()
  readonly protocol = { handle: (scheme: string, handler: Fetch) => void this.schemes.set(scheme, handler) }
  #before: BeforeRequest = (_details, decide) => decide({})
  readonly webRequest = { onBeforeRequest: (listener: BeforeRequest) => void (this.#before = listener) }

  setPermissionRequestHandler = (): void => {}
  setPermissionCheckHandler = (): void => {}
  setDevicePermissionHandler = (): void => {}
  setSpellCheckerEnabled = (): void => {}

  allows = (url: string): Promise<boolean> =>
    new Promise((resolve) => this.#before({ url }, ({ cancel }) => resolve(cancel !== true)))
}
const sessions = new Map<string, StandInSession>()
export const session = {
  fromPartition: (name: string): StandInSession => {
    const found = sessions.get(name) ?? new StandInSession()
    sessions.set(name, found)
    return found
  },
}
export const protocol = { registerSchemesAsPrivileged: (): void => {} }

class StandInContents extends EventEmitter {
  readonly mainFrame: { readonly url: string }
  readonly #window: StandInWindow

  constructor(window: StandInWindow) {
    super()
    this.#window = window
    this.mainFrame = {
      get url() {
        return window.page?.url ?? ''
      },
    }
  }

  getURL = (): string => this.mainFrame.url
  setWindowOpenHandler = (): void => {}
  reload = (): void => this.#window.reload()
  send = (channel: string, ...words: unknown[]): void => this.#window.page?.send(channel, words)
}

interface WindowOptions {
  readonly width: number
  readonly height: number
  readonly webPreferences: { readonly preload: string; readonly session: StandInSession } & Record<string, unknown>
}

class StandInWindow extends EventEmitter {
  readonly webContents: StandInContents
  readonly options: WindowOptions
  page: StandInPage | null = null
  visible = false
  focused = 0
  destroyed = false

  constructor(options: WindowOptions) {
    super()
    this.options = options
    this.webContents = new StandInContents(this)
    state.windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }

  show = (): void => void (this.visible = true)
  hide = (): void => void (this.visible = false)
  focus = (): void => void (this.focused += 1)
  isFocused = (): boolean => true
  isMinimized = (): boolean => false
  isDestroyed = (): boolean => this.destroyed
  isMaximized = (): boolean => false
  restore = (): void => {}
  maximize = (): void => {}
  flashFrame = (): void => {}
  setTitleBarOverlay = (): void => {}
  getNormalBounds = () => ({ x: 0, y: 0, width: this.options.width, height: this.options.height })

  loadURL = async (url: string): Promise<void> => {
    const { context } = await browser()
    const page = context.pages().find((open) => open.url() === 'about:blank') ?? (await context.newPage())
    await page.setViewportSize({ width: this.options.width, height: this.options.height })
    this.page = await StandInPage.make(page, this.options.webPreferences.preload, this.#hooks())
    await this.page.load(url)
  }

  reload = (): void => {
    this.page?.reload().catch(() => {})
  }

  close = (): void => {
    let prevented = false
    this.emit('close', { preventDefault: () => (prevented = true) })
    if (prevented) return
    this.destroyed = true
    this.page?.page.close().catch(() => {})
    this.emit('closed')
  }

  #hooks() {
    const { session: own } = this.options.webPreferences
    const from = () => ({ sender: this.webContents, senderFrame: this.webContents.mainFrame })
    return {
      allow: (url: string) => own.allows(url),
      fetch: async (url: string, method: string) => {
        const handler = own.schemes.get('app')
        return handler === undefined ? new Response(null, { status: 404 }) : handler(new Request(url, { method }))
      },
      mayNavigate: (url: string) => {
        let prevented = false
        this.webContents.emit('will-navigate', { url, preventDefault: () => (prevented = true) })
        return !prevented
      },
      onNavigating: () => this.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false }),
      onInvoke: async (channel: string, words: readonly unknown[]) => {
        const handler = ipcMain.handlers.get(channel)
        if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
        return handler(from(), ...words)
      },
      onSend: (channel: string, words: readonly unknown[]) => void ipcMain.emit(channel, from(), ...words),
      onRefused: (url: string) => void state.refused.push(url),
      onCrossing: (text: string) => void state.crossings.push(text),
    }
  }
}
export { StandInWindow as BrowserWindow }

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

class StandInNotification extends EventEmitter {
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
export { StandInNotification as Notification }

export const nativeImage = { createFromPath: (path: string) => ({ path, setTemplateImage: () => {} }) }
export const clipboard = {
  writeText: async (text: string): Promise<void> => {
    state.clipboard = text
  },
}
export const shell = {
  openExternal: async (url: string): Promise<void> => void state.opened.push(url),
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

const flat = (items: readonly Item[]): readonly Item[] => items.flatMap((item) => [item, ...flat(item.submenu ?? [])])
const shown = (items: readonly Item[]) =>
  flat(items).flatMap(({ label, enabled = true }) => (label === undefined ? [] : [{ label, enabled }]))

const describe = (): DesktopState => {
  const window = state.windows.find(({ destroyed }) => !destroyed)
  const { session: _session, ...preferences } = window?.options.webPreferences ?? {}
  return {
    tray: state.trayMenu && { image: state.trayImage, tooltip: state.trayTooltip, items: shown(state.trayMenu) },
    menu: shown(state.menu),
    notifications: state.notifications.map(({ title, body, open }) => ({ title, body, open })),
    clipboard: state.clipboard,
    badge: state.badge,
    opened: state.opened,
    question: state.question && {
      message: state.question.message,
      detail: state.question.detail,
      buttons: state.question.buttons,
    },
    window: window ? { visible: window.visible, focused: window.focused, preferences, url: window.page?.url ?? '' } : null,
    refused: state.refused,
    crossings: state.crossings,
  }
}

const window = (): StandInWindow => {
  const open = state.windows.find(({ destroyed }) => !destroyed)
  if (open === undefined) throw new Error('There is no window.')
  return open
}

const obey = async (order: Order): Promise<unknown> => {
  switch (order.order) {
    case 'state':
      return describe()
    case 'click': {
      const item = flat((order.where === 'tray' ? state.trayMenu : state.menu) ?? []).find(({ label }) => label === order.label)
      if (item?.click === undefined) throw new Error(`Nothing to click is called ${order.label}.`)
      return item.click()
    }
    case 'clickNotification':
      return state.notifications.find(({ title, open }) => open && title === order.title)?.emit('click')
    case 'answer': {
      const { question } = state
      const index = question?.buttons.indexOf(order.button) ?? -1
      if (question === null || index < 0) throw new Error(`No question has a button ${order.button}.`)
      state.question = null
      return question.answer(index)
    }
    case 'savePath':
      state.savePath = order.path
      return
    case 'closeWindow':
      return window().close()
    case 'crash':
      return window().webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    case 'secondInstance':
      return app.emit('second-instance', {}, order.words)
    case 'openUrl':
      return app.emit('open-url', { preventDefault: () => {} }, order.url)
    case 'quit':
      return app.quit()
    case 'invoke': {
      const { webContents } = window()
      const senderFrame = order.main ? webContents.mainFrame : order.frame === null ? null : { url: order.frame }
      const handler = ipcMain.handlers.get(order.channel)
      if (handler === undefined) throw new Error('no handler')
      return handler({ sender: webContents, senderFrame }, order.payload)
    }
  }
}

process.on('message', (message) => {
  const { id, order } = orderMessage.parse(message)
  obey(order).then(
    (result) => process.send?.({ id, result: result ?? null }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? `${error.name} ${error.message}` : String(error) }),
  )
})
// The test has gone: so does the app.
process.on('disconnect', () => app.exit(1))
