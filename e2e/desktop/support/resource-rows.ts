/** The list of resources in the app, as a person reads it. */
import type { Locator, Page } from 'playwright-core'

/** The row of a credential of the shop. */
export const rowOf = (page: Page, resource: string): Locator => page.getByRole('row', { name: new RegExp(`^${resource} `) })

/** The address that a row shows, as psql takes it. */
export const addressOf = async (row: Locator): Promise<string> => {
  const shown = /127\.0\.0\.1:\d+/.exec(await row.innerText())?.[0]
  return `postgresql://anyone:anything@${shown}/shop?sslmode=disable`
}
