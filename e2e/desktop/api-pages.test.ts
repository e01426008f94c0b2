/**
 * The pages that the API shows in the system browser: nothing that axe finds, light or dark; nothing cut on a small screen; no
 * complaint of their content policy.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPagesBrowser, type PagesBrowser } from './api-pages/pages-browser.ts'
import { type ApiPages, startApiPages } from './api-pages/states.ts'
import { desktopMissing } from './support/desktop-program.ts'

const RULES = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
/** Dark differs from light by its colours only. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
const LARGE = { width: 1240, height: 760 }
/** A phone (WCAG 2.1, 1.4.10). */
const SMALL = { width: 320, height: 640 }
/** Where pictures are left for somebody to look at; absent: none are made. */
const PICTURES = process.env['SALLYPORT_PICTURES']

const faultsOf = async (page: Page, runOnly: object): Promise<string[]> => {
  const results = await page.evaluate(`axe.run(document, ${JSON.stringify({ runOnly, resultTypes: ['violations'] })})`)
  return (results as AxeResults).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

const missing = desktopMissing()
describe.skipIf(missing !== null)(`the pages of the API${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  let pages: ApiPages
  let browser: PagesBrowser
  let axe: string

  beforeAll(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    ;[browser, pages] = await Promise.all([openPagesBrowser(), startApiPages()])
    if (PICTURES !== undefined) await mkdir(PICTURES, { recursive: true })
  })
  afterAll(async () => {
    await pages?.stop()
    await browser?.close()
  })

  const picture = async (page: Page, name: string): Promise<void> => {
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `pages-${name}.png`), fullPage: true })
  }

  test('have no faults of accessibility, and are whole on a small screen', async () => {
    const found: Record<string, unknown> = {}
    const { page } = browser
    for (const state of pages.states) {
      const complaints = await browser.show(state, LARGE)
      await picture(page, `${state.name}-light`)
      await page.evaluate(axe)
      const light = await faultsOf(page, RULES)
      await page.emulateMedia({ colorScheme: 'dark' })
      await picture(page, `${state.name}-dark`)
      const dark = await faultsOf(page, COLOURS)
      await page.setViewportSize(SMALL)
      await picture(page, `${state.name}-small`)
      const width = (await page.evaluate('document.documentElement.scrollWidth')) as number
      const headings = await page.getByRole('heading', { level: 1 }).count()
      found[state.name] = { light, dark, complaints, fits: width <= SMALL.width, headings }
    }
    const well = { light: [], dark: [], complaints: [], fits: true, headings: 1 }
    expect(found).toEqual(Object.fromEntries(pages.states.map(({ name }) => [name, well])))
  })
})
