/** Five thousand resources in the list, on made-up data: how long each key of a filter takes until the list is right. */
import type { OwnChromium } from './chromium.ts'
import { WATCH_KEYS } from './page-scripts.ts'

/** In the order in which they are pressed: a filter that narrows the list down key by key, and back again. */
const KEYS = ['p', 'r', 'o', 'd', 'Backspace', 'Backspace', 'Backspace', 'Backspace']

/** Milliseconds for each key. `origin`: where the stories are served. */
export const filterKeys = async (origin: string, chromium: OwnChromium): Promise<number[]> => {
  const page = await chromium.open()
  try {
    await page.goto(`${origin}/stories/index.html`)
    await page.evaluate(`showStory('resources/huge', { scheme: 'light', language: 'en' })`)
    await page.getByRole('row').nth(1).waitFor()
    await page.evaluate(WATCH_KEYS)
    await page.getByRole('searchbox').focus()
    const values: number[] = []
    for (const key of KEYS) {
      await page.keyboard.press(key)
      values.push((await page.evaluate('changed()')) as number)
    }
    return values
  } finally {
    await page.context().close()
  }
}
