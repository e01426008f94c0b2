/** What somebody would read now: in the dialog or menu that is open, otherwise in the whole page. */

/** Where people look. */
export const scopeOf = (): Element => [...document.querySelectorAll('[role=dialog], [role=menu]')].at(-1) ?? document.body

/** Elements with characters of their own that are seen. */
export const textsOf = (scope: Element): Element[] => {
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT)
  const found = new Set<Element>()
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (parent && walker.currentNode.nodeValue?.trim() && isSeen(parent)) found.add(parent)
  }
  return [...found]
}

/** What is for screen readers or for the keyboard alone is not looked at. */
const HIDDEN = '.visually-hidden, [data-for-keys]'
const isSeen = (element: Element): boolean =>
  element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.closest(HIDDEN) === null

export const wordsOf = (element: Element): string =>
  `${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 60)}”`
