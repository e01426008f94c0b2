/** The built app on the real Electron, driven over its debugging protocol. The person's browser is a Chromium of its own. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDesktop, desktopFolder, programEnvironment } from '@sallyport/testbed'
import { makeTemporaryDirectory, waitFor } from '@sallyport/testkit'
import { _electron } from 'playwright-core'
import { type OwnChromium, startChromium } from '../stand-in/chromium.ts'
import { desktopState, type Order } from '../stand-in/control.ts'
import type { DesktopOptions, DesktopProgram } from './desktop-program.ts'

const recorder = fileURLToPath(new URL('../electron/recorder.ts', import.meta.url))
/** Milliseconds for what a person waits for. */
const PATIENCE = 60_000

export const startOnElectron = async (
  programs: { readonly electron: string; readonly chromium: string },
  { profile, env = {}, words = [] }: DesktopOptions,
): Promise<DesktopProgram> => {
  await buildDesktop('app')
  const folder = await makeTemporaryDirectory()
  const entry = join(folder.path, 'recorder.mjs')
  await writeFile(entry, stripTypeScriptTypes(await readFile(recorder, 'utf8')))
  const main = join(desktopFolder, 'dist', 'main', 'main.js')
  const app = await _electron.launch({
    executablePath: programs.electron,
    // As root Chromium's own sandbox does not start.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), entry, ...words],
    env: programEnvironment({ SALLYPORT_PROFILE: profile, E2E_APP_MAIN: main, ...env }) as Record<string, string>,
  })
  const child = app.process()
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  let browser: Promise<OwnChromium> | null = null
  const page = await app.firstWindow()
  page.setDefaultTimeout(PATIENCE)
  const order = (given: Order): Promise<unknown> =>
    app.evaluate(
      (_electronModule, asked) =>
        (globalThis as unknown as { desktopOrder: (order: Order) => Promise<unknown> }).desktopOrder(asked),
      given,
    )
  const state = async () => desktopState.parse(await order({ order: 'state' }))
  return {
    pid: child.pid!,
    page,
    state,
    order,
    until: (description, holds) =>
      waitFor(
        async () => {
          const now = await state()
          return holds(now) ? now : undefined
        },
        { description, timeoutMs: PATIENCE },
      ),
    browse: async () => {
      browser ??= startChromium(programs.chromium)
      return (await browser).context.newPage()
    },
    errors: () => errors,
    ended,
    stop: async () => {
      await app.evaluate(({ app: running }) => running.exit(0)).catch(() => {})
      await ended
      await browser?.then((started) => started.close())
      await folder.remove()
    },
  }
}
