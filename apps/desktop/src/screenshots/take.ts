/**
 * `npm run screenshots`: a picture of every story, light and dark, in two sizes, and one page that shows them all. Names given
 * to it limit what is drawn: `npm run screenshots -- resources`, `-- pages` for those that the API shows in the browser. The user guide takes its pictures from them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { stories } from '../renderer/stories/stories.ts'
import { contactSheet } from './contact-sheet.ts'
import { openStories, type View } from './story-page.ts'

const FOLDER = join(import.meta.dirname, '../../screenshots')
const SIZES = [
  { width: 1240, height: 760 },
  { width: 960, height: 600 },
] as const

/** Where the user guide looks for its pictures, and the stories that it shows. */
const GUIDE = join(import.meta.dirname, '../../../../docs/user/images')
const inGuide: ReadonlySet<string> = new Set(['resources/panel', 'connections/panel', 'approvals/decide', 'activity/query'])

const viewsOf = (): readonly View[] =>
  SIZES.flatMap((size) => (['light', 'dark'] as const).map((scheme) => ({ scheme, ...size })))

const fileOf = (name: string, { scheme, width }: View): string => `${name.replaceAll('/', '-')}-${width}-${scheme}.png`

const ROOT = join(import.meta.dirname, '../../../..')

/** The API's own pages are drawn by the test that looks at them: they need a whole API. Throws when it fails. */
const drawApiPages = async (): Promise<void> => {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const words = [vitest, 'run', '--project', 'e2e', 'e2e/desktop/api-pages.test.ts']
  const child = spawn(process.execPath, words, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, SALLYPORT_PICTURES: FOLDER },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error('The pages of the API could not be drawn.')
}

const wanted = process.argv.slice(2)
const chosen = stories.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.startsWith(part)))
if (wanted.length === 0) await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })
const pages = await openStories()
try {
  for (const story of chosen)
    for (const view of viewsOf()) {
      const page = await pages.open(story, view)
      await page.screenshot({ path: join(FOLDER, fileOf(story.name, view)), animations: 'disabled', caret: 'hide' })
    }
} finally {
  await pages.close()
}
await mkdir(GUIDE, { recursive: true })
for (const { name } of chosen.filter((story) => inGuide.has(story.name)))
  await copyFile(join(FOLDER, fileOf(name, { scheme: 'light', ...SIZES[0] })), join(GUIDE, `${name.replaceAll('/', '-')}.png`))
if (wanted.length === 0 || wanted.includes('pages')) await drawApiPages()
const rows = stories.map(({ name }) => ({ name, files: viewsOf().map((view) => fileOf(name, view)) }))
await writeFile(join(FOLDER, 'index.html'), contactSheet(rows))
process.stdout.write(`${chosen.length * viewsOf().length} pictures in ${FOLDER}\n`)
