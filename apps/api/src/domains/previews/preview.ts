/** What a change would do: it is made, looked at, and rolled back, so that a preview cannot say anything else than what happens. */
import { type Impact, MAX_NAMED } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { openConnections } from '../connections/index.ts'
import { namesOf, type Person } from '../people/index.ts'
import { endedLeases, liveLeases, type PreviewScope, type Standing, standingOf } from './standing.ts'

/** Ends the transaction of a preview. Never seen outside. */
class RolledBack extends Error {}

export interface PreviewOptions {
  readonly organization: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly run: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
  readonly scope: (transaction: Transaction) => Promise<PreviewScope>
  /** The change itself, just as it is made otherwise. Whatever it throws is the answer. */
  readonly change: (transaction: Transaction) => Promise<unknown>
}

interface Difference {
  readonly before: Standing
  readonly after: Standing
  readonly ended: readonly string[]
}

const difference = async (options: PreviewOptions): Promise<Difference> => {
  const { organization, now, run, scope, change } = options
  const seen: { difference?: Difference } = {}
  const work = async (transaction: Transaction): Promise<never> => {
    const concerned = await scope(transaction)
    const before = await standingOf(transaction, concerned, now)
    const live = await liveLeases(transaction, organization, now)
    await change(transaction)
    const after = await standingOf(transaction, concerned, now)
    seen.difference = { before, after, ended: await endedLeases(transaction, live) }
    throw new RolledBack()
  }
  await run(work).catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error
  })
  return seen.difference!
}

/** People who have something in `more` that they do not have in `less`; pairs beyond either's end are not compared. */
const peopleWithMore = (more: Standing, less: Standing): string[] => {
  const isKnown = (item: string): boolean =>
    (more.last === null || item <= more.last) && (less.last === null || item <= less.last)
  const has = (user: string, item: string): boolean => less.reach.get(user)?.has(item) === true
  return [...more.reach]
    .filter(([user, items]) => [...items].some((item) => isKnown(item) && !has(user, item)))
    .map(([user]) => user)
}

const byName = (one: Person, other: Person): number => {
  const [a, b] = [one, other].map(({ lastName, firstName, id }) => `${lastName}\n${firstName}\n${id}`)
  return a! < b! ? -1 : 1
}

const named = async (transaction: Transaction, ids: readonly string[]): Promise<Impact['losing']> => {
  const people = await namesOf(transaction, ids)
  return { count: ids.length, items: [...people.values()].toSorted(byName).slice(0, MAX_NAMED) }
}

export const preview = async (options: PreviewOptions): Promise<Impact> => {
  const { before, after, ended } = await difference(options)
  const unbound = [...before.bound].filter(([credential]) => !after.bound.has(credential))
  return options.run(async (transaction) => {
    const filter = { leases: ended }
    const all =
      ended.length === 0 ? [] : await openConnections(transaction, { filter, below: null, limit: 20_000, now: options.now })
    return {
      losing: await named(transaction, peopleWithMore(before, after)),
      gaining: await named(transaction, peopleWithMore(after, before)),
      connections: { count: all.length, items: all.slice(0, MAX_NAMED) },
      leases: ended.length,
      unbound: {
        count: unbound.length,
        items: unbound.slice(0, MAX_NAMED).map(([credential, name]) => ({ credential, name })),
      },
      complete: before.last === null && after.last === null,
    }
  })
}
