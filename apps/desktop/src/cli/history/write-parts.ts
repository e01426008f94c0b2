/** Exports that the API makes part by part: read to their end, or written to a new file. */
import { open, rm } from 'node:fs/promises'
import { SallyportError } from '@sallyport/protocol'
import type { exportPart } from '@sallyport/protocol/api'
import type { z } from 'zod'

/** `cursor`: where the part before ended; null for the first. */
export type AskForPart = (cursor: string | null) => Promise<z.output<typeof exportPart>>

/** How many rows. */
export const readParts = async (ask: AskForPart, put: (text: string) => Promise<void>): Promise<number> => {
  let rows = 0
  let cursor: string | null = null
  do {
    const part: z.output<typeof exportPart> = await ask(cursor)
    await put(part.text)
    rows += part.rows
    cursor = part.next
  } while (cursor !== null)
  return rows
}

/** How many rows. A file that is not complete is removed. Throws `conflict` when there is one of this name. */
export const writeParts = async (path: string, ask: AskForPart): Promise<number> => {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    const { code, message: why } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new SallyportError('conflict', { message: `There is a file “${path}” already.`, cause })
    throw new SallyportError('invalid_request', { message: `“${path}” cannot be written: ${why}`, cause })
  })
  try {
    return await readParts(ask, async (text) => void (await file.write(text)))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}
