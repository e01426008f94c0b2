/** The app on a whole Sallyport: its page as `sallyport ui` serves it, the agent behind it, a database that is granted. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Testbed } from '@sallyport/testbed'
import type { Page } from 'playwright-core'
import { cpuSeconds, proportionalMemory } from '../processes.ts'
import { heapOf, type OwnChromium, threadTime } from './chromium.ts'
import { NOTE_FIRST_ROW, TURN_ON } from './page-scripts.ts'

/** Milliseconds after which nothing of the start goes on any more. */
const IDLE_AFTER = 3_000
/** Milliseconds of doing nothing that are looked at. */
const IDLE_FOR = 5_000

const opened = async (testbed: Testbed, chromium: OwnChromium, meanwhile?: (page: Page) => Promise<void>): Promise<Page> => {
  const { url } = await testbed.owner.agent.local.call('serveUi', {})
  const page = await chromium.open()
  await meanwhile?.(page)
  await page.addInitScript(NOTE_FIRST_ROW)
  await page.goto(url)
  return page
}

export interface FirstPaint {
  /** Milliseconds from opening the page to the list with its first resource. Nothing of it is in a cache. */
  readonly after: number
  /** Of these, what the page's own thread worked. */
  readonly work: number
}

export const firstPaint = async (testbed: Testbed, chromium: OwnChromium): Promise<FirstPaint> => {
  let worked = (): Promise<number> => Promise.resolve(Number.NaN)
  const page = await opened(testbed, chromium, async (blank) => void (worked = await threadTime(blank)))
  try {
    const after = (await page.evaluate('firstRow')) as number
    return { after, work: await worked() }
  } finally {
    await page.context().close()
  }
}

/** Throws when the address accepts no connection. */
const requireAccepting = async (port: number): Promise<void> => {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

/** Milliseconds from the click on a switch to its address being ready, as often as asked for. */
export const switchings = async (testbed: Testbed, chromium: OwnChromium, times: number): Promise<number[]> => {
  const page = await opened(testbed, chromium)
  try {
    const row = page.getByRole('row', { name: /read-only/ }).first()
    await row.getByText('Ready').waitFor()
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(await row.innerText())?.[1])
    const turnOn = `(${TURN_ON})(${await row.getAttribute('aria-rowindex')})`
    const values: number[] = []
    for (let count = 0; count < times; count += 1) {
      await row.getByRole('switch').press('Space')
      await row.getByText('Off', { exact: true }).waitFor()
      values.push((await page.evaluate(turnOn)) as number)
    }
    // Only once, at the end: a connection that says nothing is told as a failed one.
    await requireAccepting(port)
    return values
  } finally {
    await page.context().close()
  }
}

/** All processes of the browser, MB. Pages that they share count once. */
const memoryOf = ({ pid }: OwnChromium): number => (proportionalMemory([pid]) * 1024) / 1e6

/** What Chromium takes to show nothing, MB: the floor under everything that it shows. */
export const emptyMemory = async (chromium: OwnChromium): Promise<number> => {
  const page = await chromium.open()
  try {
    await pause(IDLE_AFTER)
    return memoryOf(chromium)
  } finally {
    await page.context().close()
  }
}

export interface Idle {
  /** All processes of the browser, MB. */
  readonly memory: number
  /** What the page's scripts hold after a garbage collection, MB. */
  readonly heap: number
  /** Part of one processor that all processes of the browser use, %. */
  readonly work: number
}

export const idle = async (testbed: Testbed, chromium: OwnChromium): Promise<Idle> => {
  const page = await opened(testbed, chromium)
  try {
    await page.evaluate('firstRow')
    await pause(IDLE_AFTER)
    const memory = memoryOf(chromium)
    const before = cpuSeconds([chromium.pid])
    await pause(IDLE_FOR)
    const work = ((cpuSeconds([chromium.pid]) - before) * 1_000 * 100) / IDLE_FOR
    return { memory, heap: await heapOf(page), work }
  } finally {
    await page.context().close()
  }
}
