/** A Chromium of the app's own, without a window on the screen. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type BrowserContext, chromium } from 'playwright-core'

const START_LIMIT = 60_000
/** Of what it wrote last, to say why it ended. */
const LINES_KEPT = 20

export interface OwnChromium {
  /** Of its debugging protocol. */
  readonly endpoint: string
  readonly context: BrowserContext
  close(): Promise<void>
}

const flags = (folder: string): string[] => [
  '--headless=new',
  '--remote-debugging-port=0',
  `--user-data-dir=${folder}`,
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--mute-audio',
  '--hide-scrollbars',
  '--window-size=1240,760',
  // As root Chromium's own sandbox does not start; here it holds nothing but our own page.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  'about:blank',
]

export const startChromium = async (executable: string): Promise<OwnChromium> => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-chromium-'))
  const child = spawn(executable, flags(folder), { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const said: string[] = []
  const tellOfItsEnd = (code: number | null, signal: string | null): void =>
    void process.stderr.write(`Chromium ended by itself (${code ?? signal}):\n${said.join('\n')}\n`)
  child.once('exit', tellOfItsEnd)
  const endpoint = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Chromium did not start in time.')), START_LIMIT)
    child.once('error', reject)
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.splice(0, said.push(line) - LINES_KEPT)
      const found = /^DevTools listening on (ws:\/\/\S+)/.exec(line)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    })
  })
  const browser = await chromium.connectOverCDP(endpoint, { timeout: START_LIMIT })
  return {
    endpoint,
    context: browser.contexts()[0]!,
    close: async () => {
      process.removeListener('exit', kill)
      child.removeListener('exit', tellOfItsEnd)
      await browser.close().catch(() => {})
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
