/** Draws every icon from `art/`: `node apps/desktop/packaging/make-icons.ts`. A test compares what lies in `icons/` with it. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { mkdir, writeFile } from 'node:fs/promises'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { icnsOf, icoOf, type Picture } from './pictures.ts'

const art = (name: string): Promise<string> => readFile(join(import.meta.dirname, 'art', name), 'utf8')
const ICONS = join(import.meta.dirname, '../icons')

const TRAY_STATES = ['signed-out', 'ready', 'in-use', 'attention'] as const
/** A middle blue, seen on light and dark panels. */
const PANEL_COLOR = '#6A8FF0'

let drawing: Promise<void> | null = null
const ready = (): Promise<void> => {
  drawing ??= readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')).then((wasm) => initWasm(wasm))
  return drawing
}

const draw = (svg: string, size: number): Picture => ({
  size,
  png: new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng(),
})

/** The drawing with the marks of one state, in one colour. */
const trayDrawing = (svg: string, state: (typeof TRAY_STATES)[number], color: string): string =>
  TRAY_STATES.filter((other) => other !== state)
    .reduce((text, other) => text.replace(new RegExp(`<g id="${other}"[\\s\\S]*?</g>`), ''), svg)
    .replace('color="#000000"', `color="${color}"`)
    .replaceAll('currentColor', color)

/** Every icon, by its name in `icons/`. */
export const makeIcons = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
  await ready()
  const [app, tray] = await Promise.all([art('app.svg'), art('tray.svg')])
  const icons = new Map<string, Uint8Array>()
  const sized = (sizes: readonly number[]): readonly Picture[] => sizes.map((size) => draw(app, size))
  icons.set('icon.ico', icoOf(sized([16, 24, 32, 48, 64, 128, 256])))
  icons.set('icon.icns', icnsOf(sized([16, 32, 64, 128, 256, 512, 1024])))
  for (const { size, png } of sized([16, 32, 48, 64, 128, 256, 512])) icons.set(`${size}x${size}.png`, png)
  for (const state of TRAY_STATES) {
    const black = trayDrawing(tray, state, '#000000')
    const coloured = trayDrawing(tray, state, PANEL_COLOR)
    icons.set(`tray-${state}-Template.png`, draw(black, 16).png)
    icons.set(`tray-${state}-Template@2x.png`, draw(black, 32).png)
    icons.set(`tray-${state}.png`, draw(coloured, 24).png)
    icons.set(`tray-${state}@2x.png`, draw(coloured, 48).png)
    icons.set(`tray-${state}.ico`, icoOf([16, 20, 24, 32].map((size) => draw(coloured, size))))
  }
  return icons
}

if (import.meta.main) {
  await mkdir(ICONS, { recursive: true })
  for (const [name, content] of await makeIcons()) await writeFile(join(ICONS, name), content)
}
