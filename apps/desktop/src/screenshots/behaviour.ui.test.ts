/** What axe cannot see: where the focus is, that everything is reached without a mouse, and that nobody sees what they cannot use. */
import { builtInRoles } from '@sallyport/protocol/api'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stories } from '../renderer/stories/stories.ts'
import type { Story } from '../renderer/stories/story.ts'
import { hasChromium, openStories, type StoryPages, type View } from './story-page.ts'

const view = { scheme: 'light', width: 1240, height: 760 } as const

let pages: StoryPages
beforeAll(async () => {
  if (hasChromium()) pages = await openStories()
})
afterAll(() => pages?.close())

const open = (name: string): Promise<Page> => {
  const story = stories.find((candidate) => candidate.name === name)
  if (!story) throw new Error(`There is no story ${name}.`)
  return pages.open(story, view)
}

describe.skipIf(!hasChromium())('keys (needs Chromium)', () => {
  const focusedRow = (page: Page): Promise<unknown> => page.evaluate('document.activeElement?.getAttribute("aria-rowindex")')

  test('a list of five thousand is one tab stop, and Home and End reach its ends', async () => {
    const page = await open('resources/huge')
    await page.getByRole('row').nth(1).focus()
    await page.keyboard.press('End')
    await expect.poll(() => focusedRow(page)).toBe('5001')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => focusedRow(page)).toBe('5000')
    await page.keyboard.press('Home')
    await expect.poll(() => focusedRow(page)).toBe('2')
    expect(await page.getByRole('grid').locator('[role=row][tabindex="0"]').count()).toBe(1)
  })

  test('of a log that is read far back little is held: what was let go is asked for again, in its place', async () => {
    const page = await open('audit/pages')
    const rows = async (): Promise<number> => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1
    const asked = (cursor: string): Promise<unknown> =>
      page.evaluate(
        `sallyportAsked.filter(({ params }) => params.route === 'listAuditEntries' && params.input.query.cursor === '${cursor}').length`,
      )
    await page.getByRole('row').nth(1).focus()
    for (let read = 2; read <= 6; read++) {
      await page.keyboard.press('End')
      await expect.poll(rows).toBeGreaterThanOrEqual(read * 200)
    }
    expect(await asked('200')).toBe(1)
    await page.keyboard.press('Home')
    await expect.poll(() => focusedRow(page)).toBe('2')
    expect(await rows()).toBeGreaterThanOrEqual(1200)
    await page.evaluate(`document.querySelector('[role=grid] > [role=presentation]').scrollTop = 28 * 300`)
    await page.locator('[aria-rowindex="305"][aria-busy=false]').waitFor()
    expect(await asked('200')).toBe(2)
    expect(await page.evaluate(`document.querySelector('[role=grid] > [role=presentation]').scrollTop`)).toBe(28 * 300)
  })

  test('Enter opens the panel of the row, Escape closes it and gives the focus back', async () => {
    const page = await open('resources/some')
    await page.getByRole('row', { name: 'ledger' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'ledger · read-only' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    await expect.poll(() => focusedRow(page)).toBe('4')
  })

  /** What is typed before its field has the focus would go elsewhere. */
  const openPalette = async (page: Page): Promise<void> => {
    await page.keyboard.press('Control+k')
    const isTypedInto = `document.activeElement?.matches('[role=dialog] input') ?? false`
    await expect.poll(() => page.evaluate(isTypedInto)).toBe(true)
  }

  test('the palette opens from a field, and Enter shows what was found without turning it on', async () => {
    const page = await open('resources/some')
    await page.keyboard.press('Control+f')
    await openPalette(page)
    await page.keyboard.type('payroll')
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'payroll · read-only' }).waitFor()
    expect(await page.getByRole('switch', { name: 'Address of payroll · read-only' }).isChecked()).toBe(false)
  })

  test('a form for something new is found in the palette; from its button the focus goes back there', async () => {
    const page = await open('users/some')
    const form = page.getByRole('dialog', { name: 'Add a person' })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('add person')
    await page.getByRole('dialog').getByRole('button', { name: 'Add person' }).waitFor()
    await page.keyboard.press('Enter')
    await form.waitFor()
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Add person' }).click()
    await form.waitFor()
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Add person')
  })

  test('what the palette does with a resource has rows of its own: copying it', async () => {
    const page = await open('resources/some')
    await openPalette(page)
    await page.keyboard.type('copy payroll')
    await page.getByRole('dialog').getByRole('button', { name: 'Copy the address of payroll · read-only' }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate('sallyportAsked.filter(({ method }) => method === "copy").length')).toBe(1)
  })

  test('a link waits for a click, and Enter alone refuses it', async () => {
    const page = await open('frame/link')
    const sheet = page.getByRole('dialog', { name: 'Open shop · read-only?' })
    await sheet.waitFor()
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Cancel')
    await page.keyboard.press('Enter')
    await sheet.waitFor({ state: 'detached' })
  })

  test('a question mark shows all keys, but not in a field, and a comma leads to the settings', async () => {
    const page = await open('resources/some')
    await page.keyboard.press('Control+f')
    await page.keyboard.type('?')
    expect(await page.getByRole('searchbox').inputValue()).toBe('?')
    await page.keyboard.press('Escape')
    await page.getByRole('row', { name: 'ledger' }).focus()
    await page.keyboard.press('?')
    await page.getByRole('table', { name: 'Everywhere' }).waitFor()
    await page.keyboard.press('Control+,')
    await expect.poll(() => page.getByRole('radio', { name: 'General' }).isChecked()).toBe(true)
  })

  test('O on a row opens the tool that was used last, and its panel tells how that goes on', async () => {
    const page = await open('resources/some')
    await page.evaluate('globalThis.openedTools = []')
    await page.getByRole('row', { name: 'ledger' }).focus()
    await page.keyboard.press('o')
    await page.getByRole('complementary', { name: 'ledger · read-only' }).waitFor()
    await expect
      .poll(() => page.evaluate('sallyportAsked.filter(({ method }) => method === "openIn")'))
      .toEqual([{ method: 'openIn', params: { credential: 'ledger/read-only', tool: 'psql' } }])
  })

  test('Delete on a connection asks first, with the focus on keeping it', async () => {
    const page = await open('connections/some')
    await page.getByRole('row', { name: 'dbeaver' }).focus()
    await page.keyboard.press('Delete')
    await page.getByRole('dialog', { name: 'End the connection of dbeaver to shop · read-only?' }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Keep')
  })

  test('nothing moves for people who asked for stillness', async () => {
    const page = await open('connections/some')
    expect(await page.evaluate('document.getAnimations().length')).toBe(0)
  })
})

describe.skipIf(!hasChromium())('a store that has to believe its gateways (needs Chromium)', () => {
  test('is marked in the list of stores and wherever a credential lies in it; others are not', async () => {
    const list = await open('stores/some')
    await list
      .getByRole('row', { name: /Company vault/ })
      .getByText('gateway-trusted')
      .waitFor()
    expect(await list.getByRole('row', { name: /AWS production/ }).textContent()).not.toContain('gateway-trusted')
    const panel = await open('catalogue/panel')
    await panel.getByText(/^Lies in Company vault.*gateway-trusted$/).waitFor()
  })
})

describe.skipIf(!hasChromium())('an auditor, who may read everything and change nothing (needs Chromium)', () => {
  /** A list and a panel of each screen that permissions decide on. */
  const shown = stories.filter(
    ({ name, at, steps }) =>
      steps === undefined && !/^\/(resources|connections|requests|settings|$)/.test(at) && /(some|list|edit|panel)$/.test(name),
  )
  const READING =
    /^(Close|Export…|Export data…|Export the log…|All rules|(Copy|Clear|All by|All about|All of|More actions for) .*)$/
  const buttons = async (page: Page): Promise<readonly string[]> =>
    page
      .locator('main')
      .getByRole('button')
      .evaluateAll((all) => all.map((button) => button.getAttribute('aria-label') ?? button.textContent ?? ''))

  test('sees no button that changes something, on any screen; who administers does', async () => {
    const auditor = { ...view, permissions: builtInRoles.auditor }
    const changing = async (story: Story, seenAs: View) =>
      (await buttons(await pages.open(story, seenAs))).filter((name) => !READING.test(name))
    const dead = new Map<string, readonly string[]>()
    for (const story of shown) {
      const names = await changing(story, auditor)
      if (names.length > 0) dead.set(story.name, names)
    }
    expect(dead).toEqual(new Map())
    expect(shown.length).toBeGreaterThan(10)
    // What hides behind a menu reads, too.
    const catalogue = await pages.open(
      shown.find(({ name }) => name === 'catalogue/panel')!,
      auditor,
    )
    await catalogue.getByRole('button', { name: 'More actions for read-only' }).click()
    expect(await catalogue.getByRole('menuitem').allTextContents()).toEqual(['Rotation…'])
    const panels = shown.filter(({ name }) => ['users/panel', 'catalogue/panel'].includes(name))
    for (const story of panels) expect((await changing(story, view)).length).toBeGreaterThan(3)
    expect(panels).toHaveLength(2)
  })
})
