/** A log that is watched: what is new, oldest first, until Ctrl-C. */
import { setTimeout as wait } from 'node:timers/promises'
import { allItems, type QueryOfList } from '../agent/pages.ts'
import type { Context } from '../context.ts'
import type { ItemOf } from '../names/nouns.ts'

const STEP = 2000
/** Entries of transactions that took longer than others appear behind newer ones: so far back is looked again. */
const OVERLAP = 60_000
const BATCH = 2000

export type LogRoute = 'listAuditEntries' | 'listActivity'

interface FollowOptions<Name extends LogRoute> {
  readonly route: Name
  readonly query: QueryOfList<Name>
  /** What was shown already. */
  readonly shown: readonly ItemOf<Name>[]
  readonly idOf: (item: ItemOf<Name>) => string
  readonly timeOf: (item: ItemOf<Name>) => number
  readonly show: (item: ItemOf<Name>) => Promise<void>
}

/** Never resolves: it ends with the process, or throws when the agent or API is gone. */
export const follow = async <Name extends LogRoute>(context: Context, options: FollowOptions<Name>): Promise<never> => {
  const { route, query, idOf, timeOf, show } = options
  const seen = new Map(options.shown.map((item) => [idOf(item), timeOf(item)]))
  let newest = Math.max(Date.now() - OVERLAP, ...options.shown.map(timeOf))
  for (;;) {
    await wait(STEP)
    const after = new Date(newest - OVERLAP).toISOString()
    const { items } = await allItems(context.api, { route, query: { ...query, after }, limit: BATCH })
    for (const item of items.toReversed().filter((candidate) => !seen.has(idOf(candidate)))) {
      seen.set(idOf(item), timeOf(item))
      newest = Math.max(newest, timeOf(item))
      await show(item)
    }
    for (const [id, time] of seen) if (time < newest - 2 * OVERLAP) seen.delete(id)
  }
}
