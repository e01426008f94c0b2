/** The app around its page, on a computer that is not set up yet. No API is needed for any of it. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectAgent } from '@sallyport/desktop/local'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DesktopProgram, endAgent } from './support/desktop-program.ts'
import { onDesktops } from './support/desktops.ts'

onDesktops('the app around its page', (start) => {
  let folder: TemporaryDirectory
  let profile: string
  let env: Readonly<Record<string, string>>
  let app: DesktopProgram

  beforeAll(async () => {
    folder = await makeTemporaryDirectory()
    profile = join(folder.path, 'profile')
    const passphrase = join(folder.path, 'passphrase')
    await writeFile(passphrase, randomBytes(32).toString('base64url'), { mode: 0o600 })
    env = { SALLYPORT_PASSPHRASE_FILE: passphrase, DBUS_SESSION_BUS_ADDRESS: '' }
    app = await start({ profile, env })
    await app.page.getByRole('heading').first().waitFor()
  })
  afterAll(async () => {
    await app.stop()
    await endAgent(profile)
    await folder.remove()
  })

  test('the window is sandboxed and isolated', async () => {
    const { window } = await app.state()
    expect(window).toMatchObject({ visible: true })
    expect(window?.preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
    })
  })

  test('the agent runs, and the tray says how things stand', async () => {
    const { tray } = await app.until('the tray', (state) => state.tray?.tooltip.includes('not set up') ?? false)
    expect(tray?.items[0]?.label).toBe('Open Sallyport')
    expect(await connectAgent(profile).then((agent) => agent?.call('status', {}))).toMatchObject({ state: 'not-enrolled' })
  })

  test('a second start of the app brings the first one forward and ends', async () => {
    const before = (await app.state()).window!.focused
    await app.order({ order: 'secondInstance', words: ['sallyport-app', '.'] })
    expect((await app.state()).window!.focused).toBe(before + 1)
    await expect(start({ profile, env })).rejects.toThrow(/The app ended/)
  })

  test('the page asks nothing of any network, and the app lets nothing through', async () => {
    expect((await app.state()).refused).toEqual([])
  })

  test('where no tray is seen the app ends with its window, and the agent goes on', async () => {
    const closing = app.order({ order: 'closeWindow' }).catch(() => {})
    expect(await app.ended).toBe(0)
    await closing
    expect(await connectAgent(profile).then((agent) => agent?.call('status', {}))).toMatchObject({ state: 'not-enrolled' })
  })
})
