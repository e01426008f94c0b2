/** A log that is watched: what is new, oldest first, until Ctrl-C. The agent says when there is something to look for. */
import { allItems, type QueryOfList } from '../agent/pages.ts'
import type { Context } from '../context.ts'
import type { ItemOf } from '../names/nouns.ts'
import type { LocalEvent } from '../../shared/local-event.ts'

/** Entries of transactions that took longer than others appear behind newer ones: so far back is looked again. */
const OVERLAP = 60_000
const BATCH = 2000

export type LogRoute = 'listAuditEntries' | 'listActivity' | 'listMyActivity'

export interface Follower<Name extends LogRoute> {
  readonly query: QueryOfList<Name>
  readonly idOf: (item: ItemOf<Name>) => string
  /** Milliseconds since 1970. */
  readonly timeOf: (item: ItemOf<Name>) => number
  readonly show: (item: ItemOf<Name>) => Promise<void>
}

interface Telling {
  readonly event: LocalEvent['event']
  /** Milliseconds without a word after which is looked all the same. */
  readonly quiet: number
}

/** Only who may see everybody's activity is told of it. */
const telling: Readonly<Record<LogRoute, Telling>> = {
  listAuditEntries: { event: 'audit', quiet: 15_000 },
  listActivity: { event: 'activity', quiet: 15_000 },
  listMyActivity: { event: 'activity', quiet: 2_000 },
}

interface FollowOptions<Name extends LogRoute> extends Follower<Name> {
  readonly route: Name
  /** Rows to begin with. */
  readonly limit: number
}

/** Never resolves: it ends with the process, or throws when the agent or API is gone. */
export const follow = async <Name extends LogRoute>(context: Context, options: FollowOptions<Name>): Promise<never> => {
  const { route, query, limit, idOf, timeOf, show } = options
  const seen = new Map<string, number>()
  let newest = Date.now()
  const note = (items: readonly ItemOf<Name>[]): void => {
    for (const item of items) {
      seen.set(idOf(item), timeOf(item))
      newest = Math.max(newest, timeOf(item))
    }
  }
  const recent = async (): Promise<readonly ItemOf<Name>[]> => {
    const after = new Date(newest - OVERLAP).toISOString()
    return (await allItems(context.api, { route, query: { ...query, after }, limit: BATCH })).items
  }
  const change = await changes(context, telling[route])
  // First what is there, so that rows beyond the limit do not come again as new ones.
  note(await recent())
  const { items: first } = await allItems(context.api, { route, query, limit })
  note(first)
  for (const item of first.toReversed()) await show(item)
  for (;;) {
    await change()
    const fresh = (await recent()).filter((item) => !seen.has(idOf(item)))
    note(fresh)
    for (const item of fresh.toReversed()) await show(item)
    for (const [id, time] of seen) if (time < newest - 2 * OVERLAP) seen.delete(id)
  }
}

/** Resolves at the next call of what it returns when the log has changed since the one before, or after `quiet`. */
const changes = async (context: Context, { event: wanted, quiet }: Telling): Promise<() => Promise<void>> => {
  const agent = await context.agent()
  let changed = false
  let wake = (): void => {}
  agent.onEvent(({ event }) => {
    if (event !== wanted) return
    changed = true
    wake()
  })
  await agent.call('subscribe', {})
  agent.closed.then(() => wake()).catch(() => {})
  return async () => {
    if (!changed)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, quiet)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    changed = false
  }
}
