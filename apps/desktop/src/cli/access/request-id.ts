import { uuid } from '@sallyport/protocol'
import { invalid } from '../parameters/invalid.ts'
import { argument, type Parameter } from '../parameters/parameter.ts'

/** @param listedBy the command that shows the ids. */
export const requestArgument = (listedBy: string): Parameter<string> =>
  argument('request', 'id of the request', {
    read: (typed) => {
      if (uuid.safeParse(typed).success) return typed.toLowerCase()
      throw invalid(`“${typed}” is not the id of a request. See: sallyport ${listedBy}`)
    },
  })
