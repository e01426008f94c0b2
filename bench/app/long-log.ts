/** The log of audit entries, a hundred thousand of them on made-up data, read page by page. */
import { heapOf, type OwnChromium } from './chromium.ts'
import { AFTER_PAINT, goTo, readUntil } from './page-scripts.ts'
import { openStory } from './story-page.ts'

/** Rows that are read for seeing what they cost. */
const ROWS = 10_000

export interface LongLog {
  /** Milliseconds from choosing the screen to its first row. */
  readonly firstPage: number
  /** MB that the page holds more after ten thousand rows were scrolled through. */
  readonly growth: number
}

export const longLog = async (origin: string, chromium: OwnChromium): Promise<LongLog> => {
  const page = await openStory({ origin, chromium }, 'audit/pages')
  try {
    await page.evaluate(AFTER_PAINT)
    await page.evaluate(goTo('#/resources'))
    const firstPage = (await page.evaluate(goTo('#/audit'))) as number
    const before = await heapOf(page)
    await page.evaluate(readUntil(ROWS))
    return { firstPage, growth: (await heapOf(page)) - before }
  } finally {
    await page.context().close()
  }
}
