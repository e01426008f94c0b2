/** Tells when the computer woke from sleep: the clock went on while no timer ran. */

const INTERVAL = 5_000
/** A timer may be this late on a busy computer, milliseconds. */
const LATE = 15_000

/** Calls `onWake` after each sleep; the returned function stops watching. */
export const watchForWake = (onWake: () => void): (() => void) => {
  let last = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    const slept = now - last > INTERVAL + LATE
    last = now
    if (slept) onWake()
  }, INTERVAL)
  timer.unref()
  return () => clearInterval(timer)
}
