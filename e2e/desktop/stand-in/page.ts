/** A page of Chromium as Electron's window has one: its own scheme, its preload in a world beside it, its messages to main. */
import { readFileSync } from 'node:fs'
import type { CDPSession, Frame, Page, Route } from 'playwright-core'
import { WORLD, FROM_MAIN, pageWorld, preloadWorld, TO_MAIN } from './worlds.ts'

/** Where the page's own scheme is shown to Chromium, which does not know it. The name never resolves. */
const ORIGIN = 'https://sallyport.invalid'
const SCHEME_ORIGIN = 'app://sallyport'

/** As the app writes the address, and as Chromium does. */
export const asScheme = (url: string): string => (url.startsWith(ORIGIN) ? SCHEME_ORIGIN + url.slice(ORIGIN.length) : url)
const asChromium = (url: string): string => (url.startsWith(SCHEME_ORIGIN) ? ORIGIN + url.slice(SCHEME_ORIGIN.length) : url)

interface PageMessage {
  readonly kind: 'invoke' | 'send'
  readonly id: number
  readonly channel: string
  readonly words: readonly unknown[]
}

export interface PageHooks {
  /** Whether the app's guards let the request go on. */
  readonly allow: (url: string) => Promise<boolean>
  readonly fetch: (url: string, method: string) => Promise<Response>
  /** Whether the app lets the page leave for there. */
  readonly mayNavigate: (url: string) => boolean
  readonly onNavigating: () => void
  readonly onInvoke: (channel: string, words: readonly unknown[]) => Promise<unknown>
  readonly onSend: (channel: string, words: readonly unknown[]) => void
  readonly onRefused: (url: string) => void
  /** Everything that crossed between page and main, as text: for tests that look for what must not. */
  readonly onCrossing: (text: string) => void
}

export class StandInPage {
  readonly page: Page
  readonly #session: CDPSession
  readonly #hooks: PageHooks
  #world: number | null = null
  #own = false

  private constructor(page: Page, session: CDPSession, hooks: PageHooks) {
    this.page = page
    this.#session = session
    this.#hooks = hooks
  }

  static async make(page: Page, preload: string, hooks: PageHooks): Promise<StandInPage> {
    const session = await page.context().newCDPSession(page)
    const made = new StandInPage(page, session, hooks)
    await made.#listen(readFileSync(preload, 'utf8'))
    return made
  }

  get url(): string {
    return asScheme(this.page.url())
  }

  async load(url: string): Promise<void> {
    this.#own = true
    await this.page.goto(asChromium(url), { waitUntil: 'commit' })
  }

  async reload(): Promise<void> {
    this.#own = true
    await this.page.reload({ waitUntil: 'commit' })
  }

  send(channel: string, words: readonly unknown[]): void {
    this.#tell({ kind: 'event', channel, words })
  }

  async #listen(preload: string): Promise<void> {
    const session = this.#session
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === WORLD) this.#world = context.id
    })
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (this.#world === executionContextId) this.#world = null
    })
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === TO_MAIN && executionContextId === this.#world) this.#receive(payload)
    })
    await session.send('Page.enable')
    await session.send('Runtime.enable')
    await session.send('Runtime.addBinding', { name: TO_MAIN, executionContextName: WORLD })
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: pageWorld })
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: preloadWorld(preload), worldName: WORLD })
    await this.page.route('**/*', (route) => this.#route(route))
    this.page.on('framenavigated', (frame: Frame) => {
      if (frame === this.page.mainFrame()) this.#own = false
    })
  }

  async #route(route: Route): Promise<void> {
    const request = route.request()
    const url = asScheme(request.url())
    const main = request.isNavigationRequest() && request.frame() === this.page.mainFrame()
    if (main && !this.#own && !this.#hooks.mayNavigate(url)) {
      this.#hooks.onRefused(url)
      // An answer without content leaves the document as it is, as a prevented navigation does; an aborted one would not.
      return route.fulfill({ status: 204 })
    }
    if (main) this.#hooks.onNavigating()
    if (!url.startsWith(SCHEME_ORIGIN) || !(await this.#hooks.allow(url))) return this.#refuse(route, url)
    const response = await this.#hooks.fetch(url, request.method())
    const body = Buffer.from(await response.arrayBuffer())
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body })
  }

  #refuse(route: Route, url: string): Promise<void> {
    this.#hooks.onRefused(url)
    return route.abort('blockedbyclient')
  }

  #receive(payload: string): void {
    this.#hooks.onCrossing(payload)
    const { kind, id, channel, words } = JSON.parse(payload) as PageMessage
    if (kind === 'send') return this.#hooks.onSend(channel, words)
    this.#hooks.onInvoke(channel, words).then(
      (result) => this.#tell({ kind: 'answer', id, result }),
      // As Electron words it.
      (error: unknown) =>
        this.#tell({ kind: 'answer', id, error: `Error invoking remote method '${channel}': ${String(error)}` }),
    )
  }

  #tell(message: unknown): void {
    const text = JSON.stringify(message)
    this.#hooks.onCrossing(text)
    if (this.#world === null) return
    const expression = `${FROM_MAIN}(${JSON.stringify(text)})`
    // A document that has gone meanwhile hears nothing any more.
    this.#session.send('Runtime.evaluate', { expression, contextId: this.#world }).catch(() => {})
  }
}
