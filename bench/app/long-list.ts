/** The app with five thousand resources, on made-up data: filter, palette and scrolling. */
import type { Page } from 'playwright-core'
import { median } from '../median.ts'
import { percentile } from '../percentile.ts'
import { type OwnChromium, threadTime } from './chromium.ts'
import { SCROLL, watchKeys } from './page-scripts.ts'
import { openStory } from './story-page.ts'

/** In the order in which they are pressed: a filter that narrows the list down key by key, and back again. */
const KEYS = ['p', 'r', 'o', 'd', 'Backspace', 'Backspace', 'Backspace', 'Backspace']

export interface LongList {
  /** Milliseconds for a key of the filter. */
  readonly filter: number
  /** Of these, what the page's own thread worked. */
  readonly filterWork: number
  readonly paletteOpen: number
  readonly paletteKey: number
  /** Milliseconds between two frames, the slowest twentieth. */
  readonly scroll: number
}

/** Milliseconds until the watched place rests. */
const pressed = async (page: Page, key: string): Promise<number> => {
  await page.keyboard.press(key)
  return (await page.evaluate('changed()')) as number
}

const typed = async (page: Page): Promise<number> => {
  const values: number[] = []
  for (const key of KEYS) values.push(await pressed(page, key))
  return median(values)
}

/** `origin`: where the stories are served. */
export const longList = async (origin: string, chromium: OwnChromium): Promise<LongList> => {
  const page = await openStory({ origin, chromium }, 'resources/huge')
  try {
    const between = (await page.evaluate(SCROLL)) as number[]
    const worked = await threadTime(page)
    await page.evaluate(watchKeys('#content'))
    await page.getByRole('searchbox').focus()
    const before = await worked()
    const filter = await typed(page)
    const filterWork = ((await worked()) - before) / KEYS.length
    await page.evaluate(watchKeys('#floating'))
    const paletteOpen = await pressed(page, 'Control+k')
    return { filter, filterWork, paletteOpen, paletteKey: await typed(page), scroll: percentile(between, 95) }
  } finally {
    await page.context().close()
  }
}
