/** A page on made-up data: a story of the renderer. */
import type { Page } from 'playwright-core'
import type { OwnChromium } from './chromium.ts'

interface StoryPlace {
  /** Where the stories are served. */
  readonly origin: string
  readonly chromium: OwnChromium
}

export const openStory = async ({ origin, chromium }: StoryPlace, name: string): Promise<Page> => {
  const page = await chromium.open()
  await page.goto(`${origin}/stories/index.html`)
  await page.evaluate(`showStory('${name}', { scheme: 'light', language: 'en-GB' })`)
  await page.getByRole('row').nth(1).waitFor()
  return page
}
