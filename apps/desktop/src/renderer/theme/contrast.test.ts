import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const sheet = readFileSync(join(import.meta.dirname, 'variables.css'), 'utf8')

const colorsOf = (scheme: string): ReadonlyMap<string, string> => {
  const block = new RegExp(`color-scheme='${scheme}'\\] \\{([^}]*)\\}`).exec(sheet)?.[1] ?? ''
  return new Map(Array.from(block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g), ([, name = '', color = '']) => [name, color]))
}

/** Relative luminance, WCAG 2.2. */
const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: string, other: string): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const SURFACES = ['bg', 'panel', 'sunken', 'hover', 'selected']
const PAIRS = [
  ...['text', 'muted', 'link', 'ok', 'warn', 'bad'].flatMap((ink) => SURFACES.map((surface) => [ink, surface, 4.5] as const)),
  ...['accent', 'control-border'].flatMap((mark) => ['bg', 'panel', 'sunken'].map((surface) => [mark, surface, 3] as const)),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['on-bad', 'bad', 4.5],
  ['on-bad', 'bad-hover', 4.5],
  ['ok', 'ok-soft', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['bad', 'bad-soft', 4.5],
  ['text', 'bad-soft', 4.5],
  ['text', 'warn-soft', 4.5],
  ['muted', 'bad-soft', 4.5],
] as const

describe.for(['light', 'dark'])('in %s', (scheme) => {
  const colors = colorsOf(scheme)
  test.for(PAIRS)('%s on %s has a contrast of %d at least', ([ink, surface, least]) => {
    expect(contrast(colors.get(ink) ?? '', colors.get(surface) ?? '')).toBeGreaterThanOrEqual(least)
  })
})
