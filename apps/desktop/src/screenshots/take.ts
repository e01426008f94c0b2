/**
 * `npm run screenshots`: a picture of every story, light and dark, in two sizes, and one page that shows them all. Names given
 * to it limit what is drawn: `npm run screenshots -- resources`. The user guide takes its pictures from them.
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
const rows = stories.map(({ name }) => ({ name, files: viewsOf().map((view) => fileOf(name, view)) }))
await writeFile(join(FOLDER, 'index.html'), contactSheet(rows))
process.stdout.write(`${chosen.length * viewsOf().length} pictures in ${FOLDER}\n`)
