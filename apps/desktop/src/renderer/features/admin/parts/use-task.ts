/** Work of several steps that a form begins: whether it is under way, and what went wrong. */
import { useState } from 'react'

export const useTask = () => {
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const run = (work: () => Promise<void>): void => {
    setError(null)
    setBusy(true)
    work()
      .catch(setError)
      .finally(() => setBusy(false))
  }
  return { error, busy, run }
}
