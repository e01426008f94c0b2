/** Names and ids, each list asked for once per command. */
import { SallyportError } from '@sallyport/protocol'
import type { Api } from '../agent/api.ts'
import { allItems } from '../agent/pages.ts'
import { type ItemOf, type ListRoute, type Named, type NounName, nouns } from './nouns.ts'

/** Most things of one kind that are looked through. */
const MOST = 10_000
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

export interface Directory {
  items<Name extends ListRoute>(route: Name): Promise<readonly ItemOf<Name>[]>
  /** The id of what was typed: an id stays, a name must be that of exactly one. Throws `not_found` or `invalid_request`. */
  idOf(noun: NounName, typed: string): Promise<string>
  named(noun: NounName): Promise<readonly Named[]>
  /** Names for these kinds, for tables: what may not be read keeps its id. */
  namer(...kinds: readonly NounName[]): Promise<(noun: NounName, id: string) => string>
}

export const createDirectory = (api: Api): Directory => {
  const lists = new Map<ListRoute, Promise<readonly ItemOf<ListRoute>[]>>()
  const directory: Directory = {
    items: <Name extends ListRoute>(route: Name) => {
      let list = lists.get(route)
      if (!list) lists.set(route, (list = allItems(api, { route, limit: MOST }).then(({ items }) => items)))
      return list as Promise<readonly ItemOf<Name>[]>
    },
    named: (noun) => nouns[noun].load(directory),
    idOf: async (noun, typed) => (UUID.test(typed) ? typed.toLowerCase() : onlyOne(noun, typed, await directory.named(noun))),
    namer: async (...kinds) => {
      const names = new Map<string, string>()
      for (const kind of kinds) for (const { id, name } of await readable(directory.named(kind))) names.set(`${kind} ${id}`, name)
      return (noun, id) => names.get(`${noun} ${id}`) ?? id
    },
  }
  return directory
}

const onlyOne = (noun: NounName, typed: string, candidates: readonly Named[]): string => {
  const { label, listedBy } = nouns[noun]
  const matches = candidates.filter(({ name }) => name === typed)
  const [match] = matches
  if (!match) throw new SallyportError('not_found', { message: `There is no ${label} “${typed}”. See: sallyport ${listedBy}` })
  if (matches.length === 1) return match.id
  throw new SallyportError('invalid_request', {
    message: `“${typed}” is the name of ${matches.length} ${label}s. Give the id of the one you mean.`,
    details: matches.slice(0, 64).map(({ id, about }) => (about === '' ? id : `${id} (${about})`)),
  })
}

/** Somebody who may see grants may still not see users: then their ids do. */
const readable = async (list: Promise<readonly Named[]>): Promise<readonly Named[]> => {
  try {
    return await list
  } catch (error) {
    if (error instanceof SallyportError && error.kind === 'permission') return []
    throw error
  }
}
