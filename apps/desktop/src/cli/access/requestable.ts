/** What the person who types may ask for, by name. */
import { SallyportError, uuid } from '@sallyport/protocol'
import { allItems } from '../agent/pages.ts'
import { argument, type Parameter } from '../parameters/parameter.ts'

/** Names that hold another one: more than these are not looked through. */
const MOST = 1000

export const requestableArgument: Parameter<string> = argument('credential', 'credential: resource/credential or id', {
  read: async (typed, { api }) => {
    if (uuid.safeParse(typed).success) return typed.toLowerCase()
    const query = { search: typed.slice(0, 120) }
    const { items } = await allItems(api, { route: 'listRequestableCredentials', query, limit: MOST })
    const found = items.find(({ credential }) => credential.name === typed)
    if (found) return found.credential.id
    throw new SallyportError('not_found', {
      message: `There is no “${typed}” that you may ask for. See: sallyport requests available`,
    })
  },
})
