/**
 * Text that is hard to tell from what lies behind it (WCAG 2.2, 1.4.3): as axe finds it, for colours without pictures, and in a
 * fraction of its time, so that each appearance can be looked at.
 */
import { scopeOf, textsOf, wordsOf } from './texts.ts'

type Color = readonly [red: number, green: number, blue: number, alpha: number]

const LEAST = 4.5
const LEAST_LARGE = 3
/** Pixels from which text counts as large; less where it is bold. */
const LARGE = 24
const LARGE_BOLD = 18.66
const BOLD = 700

export const contrastFaults = (): string[] =>
  textsOf(scopeOf()).flatMap((element) => {
    if (element.closest(':disabled, [aria-disabled=true]')) return []
    const style = getComputedStyle(element)
    const behind = backgroundOf(element)
    const found = ratioOf(over(colorOf(style.color), behind), behind)
    const size = Number.parseFloat(style.fontSize)
    const isLarge = size >= LARGE || (size >= LARGE_BOLD && Number(style.fontWeight) >= BOLD)
    return found < (isLarge ? LEAST_LARGE : LEAST) ? [`contrast ${found.toFixed(2)}: ${wordsOf(element)}`] : []
  })

const colorOf = (text: string): Color => {
  const [red = 0, green = 0, blue = 0, alpha = 1] = [...text.matchAll(/[\d.]+/g)].map(Number)
  return [red, green, blue, alpha]
}

const over = ([red, green, blue, alpha]: Color, below: Color): Color => {
  const mix = (top: number, bottom: number): number => top * alpha + bottom * (1 - alpha)
  return [mix(red, below[0]), mix(green, below[1]), mix(blue, below[2]), 1]
}

const PAPER: Color = [255, 255, 255, 1]

/** All that is painted behind the text, from the page up to the element itself. */
const backgroundOf = (element: Element): Color => {
  const layers: Color[] = []
  for (let around: Element | null = element; around; around = around.parentElement) {
    const color = colorOf(getComputedStyle(around).backgroundColor)
    layers.push(color)
    if (color[3] === 1) break
  }
  return layers.reduceRight((below, layer) => over(layer, below), PAPER)
}

const channel = (value: number): number => {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
const luminance = ([red, green, blue]: Color): number => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)

const ratioOf = (one: Color, other: Color): number => {
  const [light, dark] = [Math.max(luminance(one), luminance(other)), Math.min(luminance(one), luminance(other))]
  return (light + 0.05) / (dark + 0.05)
}
