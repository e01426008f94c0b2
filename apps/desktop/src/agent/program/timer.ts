/** A timer for an instant of the clock, that may be far away, and is looked at again when the computer slept. */

/** setTimeout takes no longer time, and does not run while a computer sleeps: the clock is asked at least this often. */
const LONGEST_WAIT = 60_000

export interface InstantTimer {
  clear(): void
}

/** Runs `act` once, at or after `instant` (milliseconds since 1970). */
export const atInstant = (instant: number, act: () => void): InstantTimer => {
  let timer: NodeJS.Timeout | null = null
  const arm = (): void => {
    const left = instant - Date.now()
    if (left <= 0) {
      timer = setTimeout(act, 0)
      return
    }
    timer = setTimeout(arm, Math.min(left, LONGEST_WAIT))
  }
  arm()
  return {
    clear: () => {
      if (timer !== null) clearTimeout(timer)
    },
  }
}
