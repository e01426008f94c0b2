/**
 * The app between its parts: what the person does in menus, tray, links and at the window's edge, and what changes in the agent.
 * It knows the desktop only through `Shell`, so that all of it can be tried without one.
 */
import { writeFile } from 'node:fs/promises'
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { AppEvent } from '../shared/app-messages.ts'
import type { AgentStatus, LocalConnection, LocalCredential, LocalParams, LocalResult } from '../shared/local-api.ts'
import type { LocalEvent } from '../shared/local-event.ts'
import { type FacePreferences, usualPreferences } from '../shared/preferences.ts'
import type { DeepLink } from './links/deep-link.ts'
import { applicationMenu } from './menu/application-menu.ts'
import { OwnNotices } from './notices/own-notices.ts'
import { ownRequests } from './notices/own-requests.ts'
import { RequestNotices } from './notices/request-notices.ts'
import { waitingRequests } from './notices/waiting-requests.ts'
import type { AppSettings } from './settings/app-settings.ts'
import type { Shell } from './shell/shell.ts'
import { texts } from './texts.ts'
import { trayView } from './tray/tray-view.ts'
import { Crashes } from './window/crashes.ts'

/** Milliseconds in which several changes are one look. */
const TOGETHER = 100

export interface AppWindow {
  show(): void
  hide(): void
  reload(): void
  tell(event: AppEvent): void
}

export interface AppAgent {
  start(): Promise<void>
  call(method: 'status', params: object): Promise<unknown>
  call(method: 'credentials', params: object): Promise<unknown>
  call(method: 'connections', params: object): Promise<unknown>
  call(method: 'connect', params: LocalParams<'connect'>): Promise<unknown>
  call(method: 'preferences', params: object): Promise<unknown>
  call(method: 'api', params: LocalParams<'api'>): Promise<unknown>
  call(method: 'stop', params: object): Promise<unknown>
  call(method: 'bundle', params: object): Promise<unknown>
  call(method: 'woke', params: object): Promise<unknown>
  call(method: 'lock', params: object): Promise<unknown>
  call(method: 'lockState', params: object): Promise<unknown>
}

export interface DesktopAppParts {
  readonly shell: Shell
  readonly window: AppWindow
  readonly agent: AppAgent
  readonly settings: AppSettings
  readonly platform: NodeJS.Platform
  readonly released: boolean
  /** Whether the tray is seen: where it is not, a closed window would be a lost one. */
  readonly trayIsSeen: boolean
  readonly logger: Logger
}

export class DesktopApp {
  readonly #parts: DesktopAppParts
  readonly #crashes = new Crashes()
  #status: AgentStatus | null = null
  #locked = false
  #connections: readonly LocalConnection[] = []
  readonly #notices: RequestNotices
  readonly #ownNotices: OwnNotices
  /** How many requests wait for this person. */
  #waiting = 0
  #waitingChanged = true
  #looking = false
  /** Looks follow one another: what an earlier one saw must not be shown after what a later one did. */
  #lastLook: Promise<void> = Promise.resolve()
  #leaving = false
  #asking = false

  constructor(parts: DesktopAppParts) {
    this.#parts = parts
    const open = (place: string): void => this.open(place)
    this.#notices = new RequestNotices(parts.shell, open)
    this.#ownNotices = new OwnNotices(parts.shell, open)
  }

  /** Menu and tray first, then the agent: a keychain may keep it waiting. */
  async start(): Promise<void> {
    const { shell, agent, platform, released } = this.#parts
    const acts = { go: (place: string) => this.open(place), lock: () => this.lock(), quit: () => this.#quitAsked() }
    shell.setMenu(applicationMenu({ platform, released }, acts))
    this.#showTray([], [])
    await agent.start().catch((error: unknown) => this.#note('agent.start', error))
  }

  open(place?: string): void {
    const { window } = this.#parts
    window.show()
    if (place !== undefined) window.tell({ event: 'navigate', to: place })
  }

  /** A link brings the window forward; the page asks before it does anything. */
  openLink(link: DeepLink | null): void {
    this.#parts.window.show()
    if (link?.kind === 'connect') this.#parts.window.tell({ event: 'link', credential: link.credential })
  }

  agentChanged(event: LocalEvent): void {
    this.#parts.window.tell(event)
    if (event.event === 'requests' || event.event === 'status') this.#waitingChanged = true
    // The page alone shows it.
    if (event.event !== 'log-export') this.#lookSoon()
  }

  agentPresence(present: boolean): void {
    this.#parts.window.tell({ event: 'agent', present })
    this.#waitingChanged = true
    this.#lookSoon()
  }

  /** Whether the window may close. It is hidden instead where the app goes on. */
  closing(): boolean {
    if (this.#leaving) return true
    const { settings, platform, trayIsSeen, window } = this.#parts
    if (platform === 'darwin') {
      window.hide()
      return false
    }
    if (!trayIsSeen || settings.current.whenClosed === 'quit') {
      this.#leave()
      return true
    }
    if (settings.current.whenClosed === 'keep-running') window.hide()
    else this.#askAboutClosing().catch((error: unknown) => this.#note('closing', error))
    return false
  }

  /** Whether the program may end now; otherwise the person is asked first. */
  mayQuit(): boolean {
    if (this.#leaving || this.#connections.length === 0) {
      this.#leaving = true
      return true
    }
    this.#quitAsked()
    return false
  }

  /** What the page showed is gone; connections go on. */
  lock(): void {
    this.#parts.agent.call('lock', {}).catch((error: unknown) => this.#note('lock', error))
  }

  /** The screen was locked, or the computer goes to sleep. */
  screenLocked(): void {
    this.#lockIfWanted().catch((error: unknown) => this.#note('lock', error))
  }

  /** Whether the page may be shown anything; while nobody can say, what was known stays. */
  async isLocked(): Promise<boolean> {
    const known = (await this.#parts.agent.call('lockState', {}).catch(() => null)) as LocalResult<'lockState'> | null
    if (known !== null) this.#locked = known.locked
    return this.#locked
  }

  /** Tells the page more than that something changed. */
  show(event: AppEvent): void {
    if (!this.#locked) this.#parts.window.tell(event)
  }

  async #lockIfWanted(): Promise<void> {
    const { lockWithScreen } = (await this.#parts.agent.call('preferences', {})) as FacePreferences
    if (lockWithScreen) this.lock()
  }

  /** The computer woke from sleep: whatever was connected may have gone. */
  woke(): void {
    this.#parts.agent.call('woke', {}).catch((error: unknown) => this.#note('woke', error))
  }

  /** The system ends: nobody is there to answer a question. */
  sessionEnds(): void {
    this.#leaving = true
  }

  /** `again` ends the app and starts it: nothing holds it back. Connections are the agent's, and go on. */
  restart(again: () => void): void {
    this.#leaving = true
    try {
      again()
    } catch (error) {
      this.#leaving = false
      throw error
    }
  }

  /** Ends the app. Connections are the agent's: they go on, unless they are to end too. */
  async quit(endConnections: boolean): Promise<void> {
    if (endConnections) {
      await this.#parts.agent.call('stop', {}).catch((error: unknown) => {
        // It may be gone before its answer is.
        if (!(error instanceof SallyportError)) throw error
      })
    }
    this.#leave()
  }

  crashed(reason: string): void {
    this.#parts.logger.error({ event: 'window.crashed', reason }, 'the window crashed')
    if (this.#crashes.happened()) this.#parts.window.reload()
    else this.#askAfterCrash().catch((error: unknown) => this.#note('crash', error))
  }

  hanging(): void {
    const { shell, window } = this.#parts
    const { message, detail, wait, reload } = texts.unresponsive
    shell
      .ask({ message, detail, buttons: [reload, wait] })
      .then((button) => button === 0 && window.reload())
      .catch((error: unknown) => this.#note('hanging', error))
  }

  #leave(): void {
    this.#leaving = true
    this.#parts.shell.exit()
  }

  #quitAsked(): void {
    this.#askAboutQuitting().catch((error: unknown) => this.#note('quitting', error))
  }

  async #askAboutQuitting(): Promise<void> {
    const number = this.#connections.length
    if (number === 0) return this.#leave()
    if (this.#asking) return
    this.#asking = true
    const { message, detail, quit, endToo, cancel } = texts.quitting
    const question = { message, detail: detail(number), buttons: [quit, endToo(number), cancel] }
    const button = await this.#parts.shell.ask(question).finally(() => (this.#asking = false))
    if (button !== 2) await this.quit(button === 1)
  }

  async #askAboutClosing(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    const { shell, settings, window } = this.#parts
    const { message, detail, keep, quit } = texts.closing
    const question = { message, detail: detail(this.#connections.length), buttons: [keep, quit] }
    const button = await shell.ask(question).finally(() => (this.#asking = false))
    await settings.change({ whenClosed: button === 0 ? 'keep-running' : 'quit' })
    if (button === 0) window.hide()
    else this.#leave()
  }

  async #askAfterCrash(): Promise<void> {
    const { shell, window } = this.#parts
    const { message, detail, reload, save, quit } = texts.crashed
    const button = await shell.ask({ message, detail, buttons: [reload, save, quit] })
    if (button === 0) return window.reload()
    if (button === 2) return this.#leave()
    await this.#saveReport().catch((error: unknown) => this.#note('report', error))
    await this.#askAfterCrash()
  }

  /** What somebody who helps needs, without secrets; what crashed stays as it is meanwhile. */
  async #saveReport(): Promise<void> {
    const { shell, agent } = this.#parts
    const { fileName, text } = (await agent.call('bundle', {})) as LocalResult<'bundle'>
    const path = await shell.choosePath(fileName)
    if (path !== null) await writeFile(path, text, { mode: 0o600 })
  }

  #lookSoon(): void {
    if (this.#looking) return
    this.#looking = true
    setTimeout(() => {
      this.#looking = false
      this.#lastLook = this.#lastLook.then(() => this.#look()).catch((error: unknown) => this.#note('look', error))
    }, TOGETHER)
  }

  /** Asks the agent how things stand. What it refuses, because nobody is signed in, is empty. */
  async #look(): Promise<void> {
    const { agent } = this.#parts
    const orEmpty = (error: unknown): { items: [] } => {
      if (!(error instanceof SallyportError)) throw error
      return { items: [] }
    }
    this.#status = (await agent.call('status', {}).catch(() => null)) as AgentStatus | null
    const signedIn = this.#status?.state === 'signed-in'
    const [connections, credentials, preferences] = await Promise.all([
      agent.call('connections', {}).catch(orEmpty) as Promise<{ items: LocalConnection[] }>,
      signedIn ? (agent.call('credentials', {}).catch(orEmpty) as Promise<{ items: LocalCredential[] }>) : { items: [] },
      agent.call('preferences', {}).catch(() => usualPreferences) as Promise<FacePreferences>,
    ])
    this.#connections = connections.items
    await this.isLocked()
    await this.#lookAtRequests(preferences.notifications && !this.#locked)
    this.#showTray(credentials.items, preferences.favourites)
  }

  /** Only when they may have changed. While nobody can say, what was known stays. */
  async #lookAtRequests(announce: boolean): Promise<void> {
    const state = this.#status?.state
    if (state !== undefined && state !== 'signed-in') {
      this.#notices.clear()
      this.#ownNotices.clear()
      this.#waiting = 0
    }
    if (state !== 'signed-in' || !this.#waitingChanged) return
    this.#waitingChanged = false
    try {
      const call = (method: 'api', params: LocalParams<'api'>): Promise<unknown> => this.#parts.agent.call(method, params)
      const [waiting, own] = await Promise.all([waitingRequests(call), ownRequests(call)])
      this.#notices.show(waiting, announce)
      this.#ownNotices.show(own, announce)
      this.#waiting = waiting.length
    } catch (error) {
      this.#waitingChanged = true
      if (!(error instanceof SallyportError)) this.#note('requests', error)
    }
  }

  /** `favourites`: ids of credentials; without any all are. */
  #showTray(credentials: readonly LocalCredential[], favourites: readonly string[]): void {
    const { shell } = this.#parts
    const waiting = this.#status?.state === 'signed-in' ? this.#waiting : 0
    const facts = {
      status: this.#status,
      credentials,
      favourites: favourites.length > 0 ? favourites : credentials.map(({ granted }) => granted.credential),
      connections: this.#connections,
      waiting,
      locked: this.#locked,
    }
    const copy = (text: string): void => void shell.copy(text).catch((error: unknown) => this.#note('copy', error))
    const turnOn = (credential: LocalCredential): void =>
      void this.#turnOn(credential).catch((error: unknown) => this.#note('turning on', error))
    shell.showTray(
      trayView(facts, {
        open: (place) => this.open(place),
        copy,
        turnOn,
        lock: () => this.lock(),
        quit: () => this.#quitAsked(),
      }),
    )
  }

  /** Its address is copied once it is ready; where it is not, the window says why. */
  async #turnOn({ granted }: LocalCredential): Promise<void> {
    const { agent, shell } = this.#parts
    const place = `/resources/${granted.credential}`
    try {
      const { listener, host, port } = (await agent.call('connect', { name: granted.name })) as LocalResult<'connect'>
      if (listener.state === 'listening') await shell.copy(`${host}:${port}`)
      else this.open(place)
    } catch (error) {
      this.open(place)
      throw error
    }
  }

  #note(what: string, error: unknown): void {
    this.#parts.logger.warn({ event: `${what}.failed`, error }, `${what} failed`)
  }
}
