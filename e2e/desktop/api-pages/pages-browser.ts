/** A browser before which a person opens one page of the API after the other. */
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumPath } from '../support/desktop-program.ts'
import type { PageState } from './states.ts'

/** Milliseconds for anything that a page is to show. */
const PATIENCE = 60_000

export interface PagesBrowser {
  readonly page: Page
  /** Each state is shown once: its act uses it up. Returns what the browser complains about, also later. */
  show(state: PageState, view: { readonly width: number; readonly height: number }): Promise<readonly string[]>
  close(): Promise<void>
}

export const openPagesBrowser = async (): Promise<PagesBrowser> => {
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  const page = await browser.newPage({ reducedMotion: 'reduce', locale: 'en-GB' })
  page.setDefaultTimeout(PATIENCE)
  let complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // That an answer is no success is what some of the states are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  return {
    page,
    show: async ({ url, act }, view) => {
      complaints = []
      await page.setViewportSize(view)
      await page.emulateMedia({ colorScheme: 'light' })
      // An address that differs by its fragment only would not be loaded again.
      await page.goto('about:blank')
      await page.goto(url)
      if (act) await act(page)
      await page.waitForLoadState('load')
      return complaints
    },
    close: () => browser.close(),
  }
}
