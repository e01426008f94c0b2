/** What runs in the page that is measured, with its own clock: nothing between here and there is in the figures. */

/** Calls back once what was drawn last is on the screen. */
export const AFTER_PAINT = `
globalThis.afterPaint = (then) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => then(performance.now())
  port2.postMessage(null)
})`

/** Before the page's own scripts: \`firstRow\` is when the first row was seen, in milliseconds since the page was asked for. */
export const NOTE_FIRST_ROW = `${AFTER_PAINT}
globalThis.firstRow = new Promise((resolve) => {
  const observer = new MutationObserver(() => {
    if (document.querySelector('[role=row][aria-rowindex="2"]') === null) return
    observer.disconnect()
    afterPaint(resolve)
  })
  observer.observe(document, { subtree: true, childList: true })
})`

/** Of a row by its index, whose switch is off: milliseconds from the click to the word that says that its address is ready. */
export const TURN_ON = `(index) => new Promise((resolve, reject) => {
  const row = () => document.querySelector('[role=row][aria-rowindex="' + index + '"]')
  const late = setTimeout(() => reject(new Error('the row never said that it is ready: ' + row()?.textContent)), 15000)
  const observer = new MutationObserver(() => {
    if (!row()?.textContent.includes('Ready')) return
    observer.disconnect()
    clearTimeout(late)
    afterPaint((seen) => resolve(seen - begun))
  })
  observer.observe(document, { subtree: true, childList: true, characterData: true })
  const begun = performance.now()
  row().querySelector('[role=switch]').click()
})`

/** \`changed()\`: how long after the last key this place of the page changed for the last time, milliseconds, once it rests. */
export const watchKeys = (place: string): string => `${AFTER_PAINT}
globalThis.pressed = 0
globalThis.seen = 0
document.addEventListener('keydown', (event) => { pressed = event.timeStamp }, true)
new MutationObserver(() => afterPaint((at) => { seen = at }))
  .observe(document.querySelector('${place}'), { subtree: true, childList: true, characterData: true, attributes: true })
globalThis.changed = async () => {
  await settled()
  return seen - pressed
}`

const SCROLLER = `document.querySelector('[role=grid] > [role=presentation]')`

/** Milliseconds between the frames of a list that is scrolled by three rows in each. */
export const SCROLL = `new Promise((resolve) => {
  const between = []
  let before = performance.now()
  const step = (now) => {
    between.push(now - before)
    before = now
    if (between.length === 120) return resolve(between.slice(1))
    ${SCROLLER}.scrollTop += 120
    requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
})`

/** Goes to an address of the app: milliseconds until its first row is on the screen. */
export const goTo = (address: string): string => `new Promise((resolve) => {
  const begun = performance.now()
  const observer = new MutationObserver(() => {
    if (!location.hash.startsWith('${address}') || document.querySelector('[role=row][aria-rowindex="2"]') === null) return
    observer.disconnect()
    afterPaint((seen) => resolve(seen - begun))
  })
  observer.observe(document, { subtree: true, childList: true })
  location.hash = '${address}'
})`

/** Scrolls to the end of a list that is read page by page until it has so many rows. */
export const readUntil = (rows: number): string => `(async () => {
  while (Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) <= ${rows}) {
    ${SCROLLER}.scrollTop = ${SCROLLER}.scrollHeight
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
})()`
