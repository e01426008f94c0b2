/** What the person who types may ask for, by name. */
import { SallyportError, uuid } from '@sallyport/protocol'
import { allItems } from '../agent/pages.ts'
import type { Context } from '../context.ts'
import { argument, type Parameter } from '../parameters/parameter.ts'

/** Names that hold another one: more than these are not looked through. */
const MOST = 1000

/** Its id; null: nothing of this name. */
export const requestableNamed = async ({ api }: Pick<Context, 'api'>, name: string): Promise<string | null> => {
  const query = { search: name.slice(0, 120) }
  const { items } = await allItems(api, { route: 'listRequestableCredentials', query, limit: MOST })
  return items.find(({ credential }) => credential.name === name)?.credential.id ?? null
}

export const requestableArgument: Parameter<string> = argument('credential', 'credential: resource/credential or id', {
  read: async (typed, context) => {
    if (uuid.safeParse(typed).success) return typed.toLowerCase()
    const found = await requestableNamed(context, typed)
    if (found !== null) return found
    throw new SallyportError('not_found', {
      message: `There is no “${typed}” that you may ask for. See: sallyport requests available`,
    })
  },
})
