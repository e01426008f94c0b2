import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { GridEntries } from './grid-entries.ts'

type Entries = Pick<GridEntries<unknown>, 'rows' | 'placeOf'>

/**
 * Which row the keyboard is on. When it goes away, the focus goes to the row that took its place. Headings
 * are listed, too, and never have it.
 */
export const useRoving = (entries: Entries, scrollTo: (at: number) => void) => {
  const [remembered, setActive] = useState(0)
  const active = Math.max(0, Math.min(remembered, entries.rows - 1))
  const container = useRef<HTMLDivElement>(null)
  const wanted = useRef<number | null>(null)
  const hadFocus = useRef(false)

  const known = useRef({ entries, scrollTo })
  const rowElement = (index: number): HTMLElement | null =>
    container.current?.querySelector<HTMLElement>(`[data-row="${index}"]`) ?? null

  const focusRow = useCallback((index: number): void => {
    wanted.current = index
    setActive(index)
    const at = known.current.entries.placeOf(index)
    if (at !== undefined) known.current.scrollTo(at)
    rowElement(index)?.focus({ preventScroll: true })
  }, [])

  useLayoutEffect(() => {
    known.current = { entries, scrollTo }
  })
  useEffect(() => {
    // A row that was far away is drawn only after the list has moved.
    if (wanted.current !== null) {
      const element = rowElement(wanted.current)
      if (!element) return
      if (document.activeElement !== element) element.focus({ preventScroll: true })
      wanted.current = null
    }
    if (hadFocus.current && document.activeElement === document.body) rowElement(active)?.focus({ preventScroll: true })
  })

  useEffect(() => {
    const element = container.current
    const onFocusIn = (): boolean => (hadFocus.current = true)
    const onFocusOut = ({ relatedTarget }: FocusEvent): void => {
      // Without a next element the focused one may just have been removed: the effect above looks.
      if (relatedTarget instanceof Node && !element?.contains(relatedTarget)) hadFocus.current = false
    }
    element?.addEventListener('focusin', onFocusIn)
    element?.addEventListener('focusout', onFocusOut)
    return () => {
      element?.removeEventListener('focusin', onFocusIn)
      element?.removeEventListener('focusout', onFocusOut)
    }
  }, [])

  return { active, setActive, focusRow, container }
}
