/** A Chromium without a window on the screen, whose processes can be counted. */
import { existsSync } from 'node:fs'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'

/** Where Debian and Ubuntu put it; another place by the variable. */
const PROGRAM = process.env['SALLYPORT_CHROMIUM'] ?? '/usr/bin/chromium'
/** Milliseconds for anything that a page is to show. */
const PATIENCE = 20_000

/** Why the app cannot be measured here; null: it can. */
export const chromiumMissing = (): string | null => (existsSync(PROGRAM) ? null : 'Chromium is not installed')

export interface OwnChromium {
  readonly pid: number
  /** A page that knows nothing of the others: their caches are not its own. */
  open(): Promise<Page>
  stop(): Promise<void>
}

export const startChromium = async (): Promise<OwnChromium> => {
  const server = await chromium.launchServer({
    executablePath: PROGRAM,
    // As root Chromium's own sandbox does not start; here it shows nothing but our own page.
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
  const browser: Browser = await chromium.connect(server.wsEndpoint())
  return {
    pid: server.process().pid!,
    open: async () => {
      const context = await browser.newContext({ viewport: { width: 1240, height: 760 }, reducedMotion: 'reduce' })
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE)
      return page
    },
    stop: async () => {
      await browser.close()
      await server.close()
    },
  }
}

const metricOf = async (session: CDPSession, name: string): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
}

/** Asked again and again: milliseconds of a processor that the page's own thread has used. Other load is not in it. */
export const threadTime = async (page: Page): Promise<() => Promise<number>> => {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => (await metricOf(session, 'TaskDuration')) * 1_000
}

/** What the page's scripts hold after a garbage collection, MB. */
export const heapOf = async (page: Page): Promise<number> => {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const bytes = await metricOf(session, 'JSHeapUsedSize')
  await session.detach()
  return bytes / 1e6
}
