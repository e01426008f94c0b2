/**
 * The one window. It is made when it is needed, hidden or closed as the system is used to, and found again where it was. Events
 * for the page wait until it listens.
 */
import { BrowserWindow, ipcMain, screen, type Session, type WebContents } from 'electron'
import type { AppEvent } from '../../shared/app-messages.ts'
import { EVENT_CHANNEL, LISTENING_CHANNEL } from '../ipc/channels.ts'
import { PAGE_ADDRESS } from '../ipc/page-address.ts'
import { isFromOurPage } from '../ipc/serve-page.ts'
import { fitToScreens, MINIMUM_SIZE, type WindowState } from './window-state.ts'
import { frameOptions } from './window-frame.ts'

/** Milliseconds after a move before it is kept. */
const SETTLED = 500
/** Milliseconds a page may be busy before it counts as hanging. */
const PATIENCE = 10_000

export interface MainWindowOptions {
  readonly session: Session
  readonly preload: string
  readonly platform: NodeJS.Platform
  readonly state: () => WindowState
  readonly onState: (state: WindowState) => void
  /** Whether closing may go on; otherwise the window stays. */
  readonly onClose: () => boolean
  readonly onCrashed: (reason: string) => void
  readonly onHanging: () => void
}

export class MainWindow {
  readonly #options: MainWindowOptions
  #window: BrowserWindow | null = null
  #listening = false
  #waiting: readonly AppEvent[] = []
  #settling: NodeJS.Timeout | null = null
  #hanging: NodeJS.Timeout | null = null

  constructor(options: MainWindowOptions) {
    this.#options = options
    ipcMain.on(LISTENING_CHANNEL, (event) => {
      const frame = event.senderFrame?.url ?? null
      if (isFromOurPage({ frame, ours: this.owns(event.sender, event.senderFrame) })) this.#deliver()
    })
  }

  get native(): BrowserWindow | null {
    return this.#window
  }

  /** Whether a message came from the main frame of this window. */
  owns(sender: WebContents, frame: Electron.WebFrameMain | null): boolean {
    const contents = this.#window?.webContents
    return contents !== undefined && sender === contents && frame !== null && frame === contents.mainFrame
  }

  /** Brings the window forward. Where the system keeps programs from taking the focus, it asks for attention instead. */
  show(): void {
    this.#window ??= this.#open()
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
    if (!this.#window.isFocused()) this.#window.flashFrame(true)
  }

  hide(): void {
    this.#window?.hide()
  }

  /** Loads the page anew, at the place where it was. */
  reload(): void {
    this.#listening = false
    this.#window?.webContents.reload()
  }

  /** Tells the page. An event that it cannot hear yet waits; of two of a kind the later one is enough. */
  tell(event: AppEvent): void {
    if (this.#listening) this.#window?.webContents.send(EVENT_CHANNEL, event)
    else this.#waiting = [...this.#waiting.filter((other) => other.event !== event.event), event]
  }

  #deliver(): void {
    this.#listening = true
    const waiting = this.#waiting
    this.#waiting = []
    for (const event of waiting) this.tell(event)
  }

  #open(): BrowserWindow {
    const { session, preload, platform, state } = this.#options
    const fitted = fitToScreens(
      state(),
      screen.getAllDisplays().map(({ workArea }) => workArea),
    )
    const window = new BrowserWindow({
      ...fitted.size,
      ...fitted.position,
      minWidth: MINIMUM_SIZE.width,
      minHeight: MINIMUM_SIZE.height,
      show: false,
      autoHideMenuBar: true,
      ...frameOptions(platform),
      webPreferences: {
        session,
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        nodeIntegrationInWorker: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        navigateOnDragDrop: false,
        safeDialogs: true,
      },
    })
    if (fitted.maximized) window.maximize()
    this.#listen(window)
    // A failure to load shows as a window that does not listen; what broke is told by the events above.
    window.loadURL(PAGE_ADDRESS).catch(() => {})
    return window
  }

  #listen(window: BrowserWindow): void {
    const { onClose, onCrashed, onHanging } = this.#options
    for (const moment of ['resize', 'move', 'maximize', 'unmaximize'] as const)
      window.on(moment as 'resize', () => this.#settle(window))
    window.on('close', (event) => {
      if (onClose()) return
      event.preventDefault()
    })
    window.on('closed', () => {
      this.#window = null
      this.#listening = false
    })
    window.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#listening = false
    })
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      this.#listening = false
      if (reason !== 'clean-exit') onCrashed(reason)
    })
    window.on('unresponsive', () => (this.#hanging ??= setTimeout(onHanging, PATIENCE)))
    window.on('responsive', () => {
      clearTimeout(this.#hanging ?? undefined)
      this.#hanging = null
    })
  }

  #settle(window: BrowserWindow): void {
    clearTimeout(this.#settling ?? undefined)
    this.#settling = setTimeout(() => {
      if (window.isDestroyed() || window.isMinimized()) return
      const { x, y, width, height } = window.getNormalBounds()
      this.#options.onState({ position: { x, y }, size: { width, height }, maximized: window.isMaximized() })
    }, SETTLED)
  }
}
