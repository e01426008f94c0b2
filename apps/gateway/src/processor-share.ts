/** Share of one processor that this process used since it was last asked; 0 at first. May be more than 1. */
export const processorShareMeter = (): (() => number) => {
  let [used, at] = [process.cpuUsage(), performance.now()]
  return () => {
    const since = process.cpuUsage(used)
    const now = performance.now()
    const elapsed = Math.max(1, now - at)
    used = process.cpuUsage()
    at = now
    return (since.user + since.system) / 1000 / elapsed
  }
}
