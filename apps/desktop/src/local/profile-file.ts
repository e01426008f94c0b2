import { readFileUpTo } from '@sallyport/program'
import { SallyportError } from '@sallyport/protocol'

/** A file of the profile; null when there is none. Throws `profile_unreadable` when it is too long or cannot be read. */
export const readProfileFile = async (path: string, maxLength: number): Promise<Buffer | null> => {
  try {
    return await readFileUpTo(path, maxLength)
  } catch (cause) {
    throw new SallyportError('profile_unreadable', { cause })
  }
}
