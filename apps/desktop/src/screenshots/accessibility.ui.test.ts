/**
 * Every screen in every state: nothing that axe finds, in light and dark; no text that is cut off or covered, also where words are
 * two fifths longer and at twice the size; no complaint of the content policy.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stories } from '../renderer/stories/stories.ts'
import type { Story } from '../renderer/stories/story.ts'
import { hasChromium, openStories, type StoryPages, type View } from './story-page.ts'

const EVERYTHING = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }

/** Not higher than needed: further rows of a list are like the first ones. */
const usual: View = { scheme: 'light', width: 1240, height: 520 }
const longer: View = { ...usual, language: 'pseudo' }
/** What is left of a window of 1280 by 800 at twice the size. */
const twice: View = { scheme: 'light', width: 640, height: 400 }

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const axeFaults = async (page: Page): Promise<string[]> => {
  const options = JSON.stringify({ runOnly: EVERYTHING, resultTypes: ['violations'], preload: false, iframes: false })
  const results = await page.evaluate(`axe.run(document, ${options})`)
  return (results as AxeResults).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

describe.skipIf(!hasChromium())('the screens (needs Chromium)', () => {
  let pages: StoryPages
  let axe: string

  beforeAll(async () => {
    axe = await readFile(axeFile, 'utf8')
    pages = await openStories()
  })
  afterAll(() => pages.close())

  const faultsIn = async (story: Story) => {
    const page = await pages.open(story, usual)
    // By the debugger, not by a script element: the content policy stays in force.
    if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
    const [axeFound, layout] = [await axeFaults(page), await page.evaluate('layoutFaults()')]
    // As the app itself does it when the system turns dark; nothing but colours differs then.
    await page.evaluate(`document.documentElement.dataset.mantineColorScheme = 'dark'`)
    return { axe: axeFound, layout, dark: await page.evaluate('contrastFaults()') }
  }
  const layoutIn = async (story: Story, view: View): Promise<unknown> =>
    (await pages.open(story, view)).evaluate('layoutFaults()')

  test.for(stories.map((story) => [story.name, story] as const))('%s is readable for everybody', async ([, story]) => {
    // Long lists take long to make, and look like short ones; what a story presses is named in one language.
    const again = !story.name.endsWith('huge') && story.steps === undefined
    const [found, atTwice, withLongerWords] = await Promise.all([
      faultsIn(story),
      again ? layoutIn(story, twice) : [],
      again ? layoutIn(story, longer) : [],
    ])
    expect({ ...found, atTwice, withLongerWords }).toEqual({ axe: [], layout: [], dark: [], atTwice: [], withLongerWords: [] })
  })
})
