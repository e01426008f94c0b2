/** What the person who types has or may ask for, by name: the value is its id. */
import { SallyportError, uuid } from '@sallyport/protocol'
import { grantedCredentials } from '../credentials/granted.ts'
import type { Reader } from '../parameters/parameter.ts'
import { requestableNamed } from './requestable.ts'

export const reachable: Reader<string> = {
  read: async (typed, context) => {
    if (uuid.safeParse(typed).success) return typed.toLowerCase()
    const granted = (await grantedCredentials(context)).find((one) => one.granted.name === typed)
    const found = granted?.granted.credential ?? (await requestableNamed(context, typed))
    if (found !== null) return found
    throw new SallyportError('not_found', {
      message: `“${typed}” is nothing that you have or may ask for. See: sallyport ls, sallyport requests available`,
    })
  },
  offers: 'granted',
}
