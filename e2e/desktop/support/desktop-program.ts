/** The built app on the stand-in for Electron: started, steered, and its page driven as a person does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { connectAgent } from '@sallyport/desktop/local'
import { buildDesktop, programEnvironment } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import { chromium, type Page } from 'playwright-core'
import { type DesktopState, desktopState, type Order, reply } from '../stand-in/control.ts'

const register = fileURLToPath(new URL('../stand-in/register.ts', import.meta.url))
const main = fileURLToPath(new URL('../../../apps/desktop/dist/main/main.js', import.meta.url))
/** Milliseconds for what a person waits for, on a machine that does much else. */
const PATIENCE = 60_000
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** null: none is installed. */
export const chromiumPath = (): string | null => process.env['CHROMIUM_PATH'] ?? PLACES.find((path) => existsSync(path)) ?? null

/** Why the app cannot be driven here; null: it can. */
export const desktopMissing = (): string | null => (chromiumPath() === null ? 'needs Chromium' : null)

export interface DesktopProgram {
  readonly pid: number
  readonly page: Page
  state(): Promise<DesktopState>
  order(order: Order): Promise<unknown>
  /** Waits until the desktop looks like that. */
  until(description: string, holds: (state: DesktopState) => boolean): Promise<DesktopState>
  /** A new page in the person's browser. */
  browse(): Promise<Page>
  /** What it wrote to its standard error. */
  errors(): string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  stop(): Promise<void>
}

export interface DesktopOptions {
  readonly profile: string
  readonly env?: Readonly<Record<string, string>>
  readonly words?: readonly string[]
}

export const startDesktop = async (options: DesktopOptions): Promise<DesktopProgram> => {
  const { profile, env = {}, words = [] } = options
  await buildDesktop('app')
  const child = spawn(process.execPath, ['--import', register, main, ...words], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: programEnvironment({ SALLYPORT_PROFILE: profile, STAND_IN_CHROMIUM: chromiumPath() ?? '', ...env }),
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const pending = new Map<number, PromiseWithResolvers<unknown>>()
  const endpoint = Promise.withResolvers<string>()
  child.on('message', (message) => {
    const parsed = reply.parse(message)
    if ('endpoint' in parsed) return endpoint.resolve(parsed.endpoint)
    const waiting = pending.get(parsed.id)
    pending.delete(parsed.id)
    if ('error' in parsed) waiting?.reject(new Error(parsed.error))
    else waiting?.resolve(parsed.result)
  })
  ended.then(
    () => {
      endpoint.reject(new Error(`The app ended:\n${errors}`))
      for (const { reject } of pending.values()) reject(new Error(`The app ended:\n${errors}`))
    },
    () => {},
  )
  let next = 0
  const order = (given: Order): Promise<unknown> => {
    const id = next++
    const waiting = Promise.withResolvers<unknown>()
    pending.set(id, waiting)
    child.send({ id, order: given })
    return waiting.promise
  }
  const state = async (): Promise<DesktopState> => desktopState.parse(await order({ order: 'state' }))
  const browser = await chromium.connectOverCDP(await endpoint.promise, { timeout: PATIENCE }).catch(async (cause: unknown) => {
    if (child.connected) child.disconnect()
    throw new Error(`The window of the app is gone; it ended with ${await ended}:\n${errors}`, { cause })
  })
  const page = await waitFor(
    () =>
      Promise.resolve(
        browser
          .contexts()
          .flatMap((context) => context.pages())
          .find((open) => open.url() !== 'about:blank'),
      ),
    { description: 'the window of the app', timeoutMs: PATIENCE },
  )
  page.setDefaultTimeout(PATIENCE)
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
    browse: () => page.context().newPage(),
    errors: () => errors,
    ended,
    stop: async () => {
      await browser.close().catch(() => {})
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** Ends the agent that an app started: it outlives the app. */
export const endAgent = async (profile: string): Promise<void> => {
  const agent = await connectAgent(profile)
  await agent?.call('stop', {}).catch(() => {})
  await agent?.closed
}
