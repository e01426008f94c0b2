/**
 * F6 and Shift F6 go round the regions of the window; Ctrl or Cmd with a figure goes to a section, with a comma to the settings;
 * `?` shows all keys.
 */
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { singleKeys } from '../ui/single-keys.ts'
import { isTyping } from '../ui/typing.ts'
import { screens } from './screens.ts'

const REGIONS = ['top', 'sidebar', 'content', 'panel', 'status']
const FOCUSABLE = 'a[href], button:not([disabled]), input, [tabindex="0"]'

const goRound = (step: 1 | -1): void => {
  const present = REGIONS.flatMap((name) =>
    Array.from(document.querySelectorAll<HTMLElement>(`[data-region="${name}"]`)).slice(0, 1),
  )
  const focused = document.activeElement?.closest('[data-region]')
  const from = present.findIndex((region) => region === focused)
  // Nothing to operate in a region: on to the next one.
  for (let tried = 1; tried <= present.length; tried++) {
    const region = present[(from + step * tried + present.length * 2) % present.length]
    const target = region?.querySelector<HTMLElement>(FOCUSABLE)
    if (target) return target.focus()
  }
}

const hasCommand = ({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean => ctrlKey || metaKey || altKey

export const useRegions = (): void => {
  const [, navigate] = useLocation()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'F6') {
        event.preventDefault()
        return goRound(event.shiftKey ? -1 : 1)
      }
      if (event.key === '?' && singleKeys() && !isTyping(event.target) && !hasCommand(event)) {
        event.preventDefault()
        return navigate('/settings/shortcuts')
      }
      if (event.key === ',' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault()
        return navigate('/settings')
      }
      const section = /^[1-7]$/.test(event.key) ? screens[Number(event.key) - 1] : undefined
      if (!section || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      navigate(section.path)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate])
}
