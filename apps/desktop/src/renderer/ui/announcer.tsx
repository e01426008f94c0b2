/** One polite live region for the whole app: results of a search, copies, changed states. Bursts are said once. */
import { useEffect, useState } from 'react'

/** Milliseconds of quiet before a text is put where screen readers see it. */
const QUIET = 500

let say: (text: string) => void = () => {}

/** Tells people who listen instead of looking. */
export const announce = (text: string): void => say(text)

export const Announcer = () => {
  const [shown, setShown] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    say = (text) => {
      clearTimeout(timer)
      timer = setTimeout(() => setShown(text), QUIET)
    }
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-live="polite" className="visually-hidden">
      {shown}
    </div>
  )
}
