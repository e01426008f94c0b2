/** Parameters that take an id and nothing else: things without names. */
import { uuid } from '@sallyport/protocol'
import { invalid } from './invalid.ts'
import { argument, type Parameter } from './parameter.ts'

/** @param listedBy the command that shows the ids. */
export const idArgument = (noun: string, listedBy: string): Parameter<string> =>
  argument(noun, `id of the ${noun}`, {
    read: (typed) => {
      if (uuid.safeParse(typed).success) return typed.toLowerCase()
      const article = /^[aeiou]/.test(noun) ? 'an' : 'a'
      throw invalid(`“${typed}” is not the id of ${article} ${noun}. See: sallyport ${listedBy}`)
    },
  })
