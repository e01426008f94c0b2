/**
 * PREPARE and DEALLOCATE in SQL share their names with the protocol's Parse and Close (manual, "PREPARE"). What such a command
 * did is told by its tag; which name it was about is read from the text, where it is the only command.
 */

const NAME = String.raw`("(?:[^"]|"")+"|[a-z_\x80-\uffff][a-z0-9_$\x80-\uffff]*)`
const PREPARE = new RegExp(String.raw`^\s*prepare\s+${NAME}`, 'i')
const DEALLOCATE = new RegExp(String.raw`^\s*deallocate\s+(?:prepare\s+)?${NAME}\s*;?\s*$`, 'i')

/** Names are kept one character for each byte. */
const nameOf = (written: string): string => {
  const text = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase()
  return Buffer.from(text).subarray(0, 63).toString('latin1')
}

const match = (pattern: RegExp, text: string): string | null => {
  const name = pattern.exec(text)?.[1]
  return name === undefined ? null : nameOf(name)
}

/** The name that a PREPARE defines; null if the text is anything else. */
export const preparedName = (text: string): string | null => match(PREPARE, text)

/** The name that a DEALLOCATE takes away; null if the text is anything else, ALL too. */
export const deallocatedName = (text: string): string | null => {
  const name = match(DEALLOCATE, text)
  return name === 'all' ? null : name
}
