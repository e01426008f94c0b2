/** Builds the page of stories, serves it on loopback as the app would be served, and opens it in Chromium. */
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import type { Permission } from '@sallyport/protocol/api'
import { madeOnce } from '@sallyport/testkit/run-folder'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import type { Step, Story } from '../renderer/stories/story.ts'
import { STORY_NOW } from '../renderer/stories/story.ts'
import { contentPolicy } from '../shared/content-policy.ts'

const HOME = join(import.meta.dirname, '../..')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
}
/** Where Debian and Ubuntu put it; another place by the variable. */
const CHROMIUM = process.env['SALLYPORT_CHROMIUM'] ?? '/usr/bin/chromium'

/** Milliseconds for one step of a story; more means that what it names is not there. */
const STEP_LIMIT = 30_000
/** Milliseconds for the page with all screens to load. */
const OPENING_LIMIT = 60_000

export const hasChromium = (): boolean => spawnSync(CHROMIUM, ['--version'], { stdio: 'ignore', timeout: 60_000 }).status === 0

export interface View {
  readonly scheme: 'light' | 'dark'
  readonly width: number
  readonly height: number
  readonly language?: 'pseudo'
  readonly forcedColors?: 'active'
  /** What the person may do, instead of what the story says. */
  readonly permissions?: readonly Permission[]
}

export interface StoryPages {
  /** Draws the story and does its steps. The page is the view's: the next story takes it. Throws when the page reports an error. */
  open(story: Story, view: View): Promise<Page>
  close(): Promise<void>
}

const buildInto = async (folder: string): Promise<void> => {
  await build({
    configFile: join(HOME, 'vite.stories.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
}

export const openStories = async (): Promise<StoryPages> => {
  // Outside a test run in a place of its own, so that several may look at once.
  const own = await mkdtemp(join(tmpdir(), 'sallyport-stories-'))
  const shared = await madeOnce('stories', buildInto)
  if (shared === null) await buildInto(own)
  const built = shared ?? own
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    readFile(join(built, path)).then(
      (content) => {
        response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream')
        response.setHeader('content-security-policy', contentPolicy('electron'))
        response.end(content)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    // Drawing by a graphics processor that is only played takes many times as long.
    args: ['--disable-gpu', '--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
  const address = `http://127.0.0.1:${port}/stories/index.html`
  const views = new Map<string, Promise<StoryView>>()
  return {
    open: async (story, view) => {
      const known = views.get(nameOf(view)) ?? openView(browser, { view, address })
      views.set(nameOf(view), known)
      return drawn(await known, story)
    },
    close: async () => {
      await browser.close()
      await new Promise((resolve) => server.close(resolve))
      await rm(own, { recursive: true, force: true })
    },
  }
}

/** A page of its own for each view: a new page takes longer than a story. */
interface StoryView {
  readonly page: Page
  readonly view: View
  /** What the page complained about since the story began. */
  readonly faults: string[]
}

const nameOf = (view: View): string => Object.values(view).join(' ')

interface Opening {
  readonly view: View
  readonly address: string
}

const openView = async (browser: Browser, { view, address }: Opening): Promise<StoryView> => {
  const page = await browser.newPage({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.scheme,
    reducedMotion: 'reduce',
    forcedColors: view.forcedColors ?? 'none',
    timezoneId: 'UTC',
    locale: 'en-GB',
  })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.setDefaultTimeout(STEP_LIMIT)
  await page.clock.setFixedTime(STORY_NOW)
  await page.goto(address, { timeout: OPENING_LIMIT })
  await page.evaluate('document.fonts.ready')
  return { page, view, faults }
}

const drawn = async ({ page, view, faults }: StoryView, story: Story): Promise<Page> => {
  faults.length = 0
  // Nothing is under the pointer but what the story points at.
  await page.mouse.move(0, 0)
  const { scheme, language = 'en-GB', permissions } = view
  const appearance = JSON.stringify({ scheme, language, permissions })
  await page.evaluate(`showStory('${story.name}', ${appearance})`)
  for (const step of story.steps ?? []) {
    await perform(page, step)
    await settled(page)
  }
  if (faults.length > 0) throw new Error(`${story.name}: ${faults.join('\n')}`)
  return page
}

const perform = async (page: Page, step: Step): Promise<void> => {
  if ('press' in step) return page.keyboard.press(step.press)
  if ('type' in step) return page.keyboard.type(step.type)
  if ('fill' in step) return page.getByRole('textbox', { name: step.fill.name }).fill(step.fill.text)
  if ('choose' in step) {
    await page.getByRole('combobox', { name: step.choose.name }).selectOption({ label: step.choose.option })
    return
  }
  const target = page.getByRole(step.click.role, { name: step.click.name }).first()
  // A radio button is drawn by its label, which lies over it.
  await (step.click.role === 'radio' ? target.dispatchEvent('click') : target.click())
}

/** The page itself says when it has come to rest: `stories/settled.ts`. */
const settled = (page: Page): Promise<unknown> => page.evaluate('settled()')
