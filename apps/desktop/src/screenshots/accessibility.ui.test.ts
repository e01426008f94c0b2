/**
 * Every screen, light and dark: nothing that axe finds, and no complaint of the content policy. Each screen in its first story;
 * in every state of all stories, which takes a quarter of an hour, with `SALLYPORT_EVERY_STORY=1`.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stories } from '../renderer/stories/stories.ts'
import { hasChromium, openStories, type StoryPages } from './story-page.ts'

const EVERYTHING = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
/** Dark differs from light by its colours only: what is not about colours is looked for once. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
const screenOf = (name: string): string => name.slice(0, name.indexOf('/'))
const chosen =
  process.env['SALLYPORT_EVERY_STORY'] === '1'
    ? stories
    : stories.filter(({ name }, index) => stories.findIndex((other) => screenOf(other.name) === screenOf(name)) === index)
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const faultsOf = async (page: Page, runOnly: object): Promise<string[]> => {
  const options = JSON.stringify({ runOnly, resultTypes: ['violations'] })
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

  test.for(chosen.map((story) => [story.name, story] as const))('%s has no faults of accessibility', async ([, story]) => {
    const page = await pages.open(story, { scheme: 'light', width: 1240, height: 760 })
    // By the debugger, not by a script element: the content policy stays in force.
    await page.evaluate(axe)
    const light = await faultsOf(page, EVERYTHING)
    // As the app itself does it when the system turns dark.
    await page.evaluate(`document.documentElement.dataset.mantineColorScheme = 'dark'`)
    expect({ light, dark: await faultsOf(page, COLOURS) }).toEqual({ light: [], dark: [] })
  })
})
