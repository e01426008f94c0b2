/**
 * Every screen in every state: nothing that axe finds; no text that is hard to read, in light and dark; none that is cut off or
 * covered, also where words are two fifths longer and at twice the size; no complaint of the content policy.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { everything } from '@sallyport/testkit/everything'
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
/** What is left of a window of 1280 by 800 when its person sets twice the size. */
const twice = { width: 640, height: 400 }

/** Rows that are drawn beyond what is seen, at one end of a list or both. */
const MARGIN = 10

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Contrast takes axe half of its time: it looks at each screen's first state, and all states are looked at by `contrastFaults`. */
const isFirst = ({ name }: Story): boolean => {
  const screen = name.slice(0, name.indexOf('/') + 1)
  return stories.find((story) => story.name.startsWith(screen))?.name === name
}

/** The first state of each screen, panels, and what is long: what is different in kind. */
const isTelling = (story: Story): boolean => isFirst(story) || /(?:panel|long)$/.test(story.name)

/** Whether it is looked at again, twice as large. */
const isEnlarged = (story: Story): boolean => story.steps === undefined && isTelling(story)

/** Whether it is drawn again in longer words. What a story presses is named in one language; long names are long enough. */
const isDrawnAgain = (story: Story): boolean => isEnlarged(story) && (everything || !story.name.endsWith('/long'))

const examined = everything ? stories : stories.filter(isTelling)

const axeFaults = async (page: Page, story: Story): Promise<string[]> => {
  const rules = { 'color-contrast': { enabled: isFirst(story) } }
  const options = JSON.stringify({ runOnly: EVERYTHING, rules, resultTypes: ['violations'], preload: false, iframes: false })
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

  const storyOf = (name: string): Story => stories.find((story) => story.name === name)!
  const faultsIn = async (story: Story) => {
    const page = await pages.open(story, usual)
    // By the debugger, not by a script element: the content policy stays in force.
    if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
    const found = await axeFaults(page, story)
    const [layout, light] = (await page.evaluate('[layoutFaults(), contrastFaults()]')) as [string[], string[]]
    // As the app itself does it when the system turns dark; nothing but colours differs then.
    await page.evaluate(`document.documentElement.dataset.mantineColorScheme = 'dark'`)
    const dark = await page.evaluate('contrastFaults()')
    return { axe: found, layout, light, dark, atTwice: isEnlarged(story) ? await faultsAtTwice(page) : [] }
  }
  const faultsAtTwice = async (page: Page): Promise<unknown> => {
    await page.setViewportSize(twice)
    await page.evaluate('settled()')
    const found = await page.evaluate('layoutFaults()')
    await page.setViewportSize(usual)
    return found
  }
  const faultsInLongerWords = async (story: Story): Promise<unknown> =>
    (await pages.open(story, longer)).evaluate('layoutFaults()')

  test.for(examined.map((story) => [story.name, story] as const))('%s is readable for everybody', async ([, story]) => {
    const [found, withLongerWords] = await Promise.all([faultsIn(story), isDrawnAgain(story) ? faultsInLongerWords(story) : []])
    expect({ ...found, withLongerWords }).toEqual({
      axe: [],
      layout: [],
      light: [],
      dark: [],
      atTwice: [],
      withLongerWords: [],
    })
  })

  test('what is chosen is seen without colours of our own', async () => {
    const page = await pages.open(storyOf('resources/panel'), { ...usual, forcedColors: 'active' })
    const chosen = ['nav [aria-current=page]', '[role=row][aria-selected=true]']
    const outlines = await page.evaluate(
      `${JSON.stringify(chosen)}.map((part) => getComputedStyle(document.querySelector(part)).outlineStyle)`,
    )
    expect(outlines).toEqual(['solid', 'solid'])
  })

  test('our style sheets stand above those of the component library', async () => {
    const page = await pages.open(storyOf('resources/panel'), usual)
    expect(await page.getByRole('button', { name: 'Open navigation' }).isVisible()).toBe(false)
  })

  const drawnRows = (page: Page): Promise<number> => page.locator('[data-row]').count()

  test.for([
    ['resources/huge', '5001'],
    ['audit/huge', '100001'],
  ])('%s draws what is seen, wherever it is scrolled to', async ([name, last]) => {
    const page = await pages.open(storyOf(name!), usual)
    const before = await drawnRows(page)
    await page.locator('[data-row="0"]').focus()
    await page.keyboard.press('End')
    await expect.poll(() => page.evaluate('document.activeElement?.getAttribute("aria-rowindex")')).toBe(last)
    // The row with the focus stays drawn beside those that are seen.
    expect(await drawnRows(page)).toBeLessThanOrEqual(before + MARGIN)
  })

  test('a list of five thousand is narrowed down while somebody types', async () => {
    const page = await pages.open(storyOf('resources/huge'), usual)
    await page.getByRole('searchbox').fill('no such resource')
    await page.locator('[data-row]').first().waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Clear filter' }).last().click()
    await page.locator('[data-row]').first().waitFor()
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('5001')
  })
})
