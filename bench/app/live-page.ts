/** The app on a whole Sallyport: its page as `sallyport ui` serves it, the agent behind it, a database that is granted. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Testbed } from '@sallyport/testbed'
import type { CDPSession, Page } from 'playwright-core'
import { proportionalMemory } from '../processes.ts'
import type { OwnChromium } from './chromium.ts'
import { NOTE_FIRST_ROW, TURN_ON } from './page-scripts.ts'

/** Milliseconds after which nothing of the start goes on any more. */
const IDLE_AFTER = 3_000

const opened = async (testbed: Testbed, chromium: OwnChromium): Promise<Page> => {
  const { url } = await testbed.owner.agent.local.call('serveUi', {})
  const page = await chromium.open()
  await page.addInitScript(NOTE_FIRST_ROW)
  await page.goto(url)
  return page
}

/** Milliseconds from opening the page to the list with its first resource. Nothing of it is in a cache. */
export const firstPaint = async (testbed: Testbed, chromium: OwnChromium): Promise<number> => {
  const page = await opened(testbed, chromium)
  try {
    return (await page.evaluate('firstRow')) as number
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

export interface IdleMemory {
  /** All processes of the browser, MB. */
  readonly all: number
  /** What the page's scripts hold after a garbage collection, MB. */
  readonly heap: number
}

const heapOf = async (session: CDPSession): Promise<number> => {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN) / 1e6
}

export const idleMemory = async (testbed: Testbed, chromium: OwnChromium): Promise<IdleMemory> => {
  const page = await opened(testbed, chromium)
  try {
    await page.evaluate('firstRow')
    await pause(IDLE_AFTER)
    const all = (proportionalMemory([chromium.pid]) * 1024) / 1e6
    return { all, heap: await heapOf(await page.context().newCDPSession(page)) }
  } finally {
    await page.context().close()
  }
}
