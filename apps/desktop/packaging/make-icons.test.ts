import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeIcons } from './make-icons.ts'
import { icnsOf, icoOf } from './pictures.ts'

const ICONS = join(import.meta.dirname, '../icons')

test('the icons are those of the drawings; update them by: npm run pictures -w @sallyport/desktop', async () => {
  const made = await makeIcons()
  expect((await readdir(ICONS)).toSorted()).toEqual([...made.keys()].toSorted())
  for (const [name, content] of made)
    expect(Buffer.compare(await readFile(join(ICONS, name)), Buffer.from(content)), name).toBe(0)
})

test('each state of the tray has a shape of its own', async () => {
  const made = await makeIcons()
  const shapes = ['signed-out', 'ready', 'in-use', 'attention'].map((state) =>
    Buffer.from(made.get(`tray-${state}-Template@2x.png`)!).toString('base64'),
  )
  expect(new Set(shapes).size).toBe(4)
})

test('a Windows icon points to each of its pictures', () => {
  const ico = icoOf([
    { size: 16, png: Buffer.from('small') },
    { size: 256, png: Buffer.from('large') },
  ])
  expect(ico.readUInt16LE(4)).toBe(2)
  expect([ico[6], ico[22]]).toEqual([16, 0])
  const [length, offset] = [ico.readUInt32LE(22 + 8), ico.readUInt32LE(22 + 12)]
  expect(ico.subarray(offset, offset + length).toString()).toBe('large')
})

test('a macOS icon says how long it is', () => {
  const icns = icnsOf([{ size: 128, png: Buffer.from('picture') }])
  expect(icns.subarray(0, 4).toString()).toBe('icns')
  expect(icns.readUInt32BE(4)).toBe(icns.length)
  expect(icns.subarray(8, 12).toString()).toBe('ic07')
  expect(() => icnsOf([{ size: 17, png: Buffer.alloc(1) }])).toThrow(/17/)
})
