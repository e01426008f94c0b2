/** Windows, each with a page in Chromium, and the sessions by which pages load. */
import { EventEmitter } from 'node:events'
import { StandInPage } from './page.ts'
import { app, browser, ipcMain } from './program.ts'
import { state } from './state.ts'

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

export class StandInWindow extends EventEmitter {
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
