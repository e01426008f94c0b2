const QUIET_FRAMES = 4
const MOST_FRAMES = 120

const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve))

/** Until nothing has changed in the page for some frames, for at most two seconds: then it never rests, and is taken so. */
export const settled = async (): Promise<void> => {
  let changed = true
  const observer = new MutationObserver(() => (changed = true))
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  // What is loaded when it is shown may be on its way: a page has something in it.
  const isEmpty = (): boolean => document.querySelector('main') === null
  let quiet = 0
  for (let frames = 0; quiet < QUIET_FRAMES && frames < MOST_FRAMES; frames++) {
    changed = false
    await frame()
    quiet = changed || isEmpty() ? 0 : quiet + 1
  }
  observer.disconnect()
}
