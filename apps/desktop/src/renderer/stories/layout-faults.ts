/**
 * What somebody who reads would miss or could not tell apart: text that is cut off without a sign, text of controls and headings
 * that is shortened, text that something else covers.
 */
import { scopeOf, textsOf, wordsOf } from './texts.ts'

const SLACK = 1.5
/** Words by which people choose what to do: they are never shortened, however long a language makes them. */
const WHOLE = 'button, [role=tab], [role=menuitem], label, legend, h1, h2, h3, [role=radio]'
/** Rows shorten what they hold, and tell all of it in their panel; names of things may be endless wherever they stand. */
const MAY_SHORTEN = '[role=row], [title]'

export const layoutFaults = (): string[] => {
  const scope = scopeOf()
  return [...new Set(textsOf(scope).flatMap((element) => faultOf(element, scope) ?? []))]
}

const faultOf = (element: Element, scope: Element): string | null => {
  const box = boxOf(element)
  if (box === null) return null
  const cut = cutBy(element, box)
  const words = wordsOf(element)
  if (cut === 'cut') return `cut off: ${words}`
  if (cut === 'shortened') {
    const isWhole = element.closest(WHOLE) !== null && element.closest(MAY_SHORTEN) === null
    return isWhole ? `shortened: ${words}` : null
  }
  if (cut === 'scrolled') return null
  const above = coverOf(element, box)
  return above && scope.contains(above) ? `covered by ${above.tagName.toLowerCase()}.${above.className}: ${words}` : null
}

/** Where the characters are. */
const boxOf = (element: Element): DOMRect | null => {
  const range = document.createRange()
  range.selectNodeContents(element)
  const box = range.getBoundingClientRect()
  return box.width < 1 || box.height < 1 ? null : box
}

/** How much of the text its surroundings let through. */
const cutBy = (element: Element, text: DOMRect): 'cut' | 'shortened' | 'scrolled' | null => {
  for (let around: Element | null = element; around && around !== document.documentElement; around = around.parentElement) {
    const style = getComputedStyle(around)
    if (style.display === 'inline' || style.display === 'contents') continue
    const box = around.getBoundingClientRect()
    const isWide = text.right > box.right + SLACK || text.left < box.left - SLACK
    const isHigh = text.bottom > box.bottom + SLACK || text.top < box.top - SLACK
    if (isWide && (style.overflowX === 'hidden' || style.overflowX === 'clip'))
      return style.textOverflow === 'ellipsis' ? 'shortened' : 'cut'
    if (isHigh && (style.overflowY === 'hidden' || style.overflowY === 'clip')) return 'cut'
    // It can be brought into view.
    if ((isWide && style.overflowX !== 'visible') || (isHigh && style.overflowY !== 'visible')) return 'scrolled'
  }
  return text.right > innerWidth + SLACK || text.left < -SLACK ? 'cut' : null
}

const isSticky = (element: Element | null): boolean =>
  element !== null && (getComputedStyle(element).position === 'sticky' || isSticky(element.parentElement))

/** What lies over the middle of the text; null: nothing but what belongs to it. */
const coverOf = (element: Element, { left, right, top, bottom }: DOMRect): Element | null => {
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
  if (!hit || hit.contains(element) || element.contains(hit)) return null
  // What stays while the rest is scrolled covers it only until it is; a message goes away by itself.
  if (isSticky(hit) || hit.closest('.mantine-Notifications-root')) return null
  const control = element.closest('label, button, a, [role=radio]')
  // The input of a control lies over its own label.
  return control && (control.contains(hit) || hit.parentElement?.contains(control)) ? null : hit
}
