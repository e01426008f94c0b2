import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DesktopProgram, desktopMissing, startDesktop } from './support/desktop-program.ts'

const missing = desktopMissing()

describe.skipIf(missing !== null)('the app around its page (needs Chromium)', () => {
  let folder: TemporaryDirectory
  let app: DesktopProgram

  beforeAll(async () => {
    folder = await makeTemporaryDirectory()
    const passphrase = join(folder.path, 'passphrase')
    await writeFile(passphrase, randomBytes(32).toString('base64url'), { mode: 0o600 })
    app = await startDesktop({ profile: join(folder.path, 'profile'), env: { SALLYPORT_PASSPHRASE_FILE: passphrase } })
  })
  afterAll(async () => {
    await app.order({ order: 'quit' }).catch(() => {})
    await app.stop()
    await folder.remove()
  })

  test('the page is shown', async () => {
    await app.page.waitForLoadState('networkidle')
    await new Promise((resolve) => setTimeout(resolve, 3000))
    console.log(await app.page.title(), app.page.url(), await app.page.locator('body').ariaSnapshot())
    const state = await app.state()
    console.log(JSON.stringify({ ...state, crossings: state.crossings.slice(0, 10) }, null, 1), app.errors())
    expect(state.window?.visible).toBe(true)
  })
})
