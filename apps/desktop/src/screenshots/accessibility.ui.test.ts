/** Every screen in every state of its stories, light and dark: nothing that axe finds, and no complaint of the content policy. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stories } from '../renderer/stories/stories.ts'
import { hasChromium, openStories, type StoryPages } from './story-page.ts'

/** Dark differs from light by its colours only: what is not about colours is looked for once. */
const LOOKED_FOR = {
  light: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  dark: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
} as const
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

describe.skipIf(!hasChromium())('the screens, where Chromium is installed', () => {
  let pages: StoryPages
  let axe: string

  beforeAll(async () => {
    axe = await readFile(axeFile, 'utf8')
    pages = await openStories()
  })
  afterAll(() => pages.close())

  describe.for(['light', 'dark'] as const)('%s', (scheme) => {
    test.for(stories.map((story) => [story.name, story] as const))('%s has no faults of accessibility', async ([, story]) => {
      const page = await pages.open(story, { scheme, width: 1240, height: 760 })
      // By the debugger, not by a script element: the content policy stays in force.
      await page.evaluate(axe)
      const options = JSON.stringify({ runOnly: LOOKED_FOR[scheme], resultTypes: ['violations'] })
      const results = await page.evaluate(`axe.run(document, ${options})`)
      const faults = (results as AxeResults).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
      expect(faults).toEqual([])
    })
  })
})
