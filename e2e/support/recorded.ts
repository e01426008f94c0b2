/** Whether the log has what tools saw completed: nothing lost, nothing twice. */
import type { Agent } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import { expect } from 'vitest'
import { type ActivityRow, allActivity } from './activity.ts'
import { markIn, type Traffic } from './traffic.ts'

/** Of one {@link Traffic}, at most. */
const MOST_TOOLS = 4
/** Rows. More than follow on what is waited for. */
const NEWEST = 100

export const completes = (one: Traffic, count: number): Promise<unknown> =>
  waitFor(() => one.completed.length >= count, { description: `${count} statements`, timeoutMs: 120_000 })

/** Marks of this traffic in these rows. */
export const marksOf = (one: Traffic, rows: readonly ActivityRow[]): string[] => {
  const [series] = /^traffic-\d+-/.exec(one.completed[0] ?? '') ?? ['none']
  return rows.flatMap(({ activity }) => {
    const mark = markIn(activity)
    return mark?.startsWith(series) ? [mark] : []
  })
}

/** The latest rows; a gateway's are shipped in the order of their numbers, so that all before them are there, too. */
export const newest = async (auditor: Agent): Promise<ActivityRow[]> => {
  const { items } = await auditor.api('listActivity', { query: { limit: NEWEST } })
  return items as ActivityRow[]
}

/**
 * Waits until the log holds what completed last, then compares: nothing lost, nothing twice, at most `underWay` statements besides.
 * Returns all rows since the traffic began.
 */
export const expectRecorded = async (auditor: Agent, one: Traffic, underWay: number): Promise<readonly ActivityRow[]> => {
  // One for each tool: what completed before them was recorded before one of them.
  const last = one.completed.slice(-MOST_TOOLS)
  await waitFor(
    async () => {
      const marks = new Set(marksOf(one, await newest(auditor)))
      return last.every((mark) => marks.has(mark))
    },
    { description: 'what completed last in the log', timeoutMs: 90_000 },
  )
  const rows = await allActivity(auditor, { after: one.since })
  const marks = marksOf(one, rows)
  expect(new Set(marks).size).toBe(marks.length)
  expect(one.completed.filter((mark) => !marks.includes(mark))).toEqual([])
  expect(marks.length - one.completed.length).toBeLessThanOrEqual(underWay)
  return rows
}
