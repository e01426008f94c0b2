/** Types and fields of entries as people read them. They are data, not texts of the catalogue: the log names them itself. */

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** `access-request.approved`: “Access request approved”. */
export const typeName = (type: string): string => sentence(type.replaceAll(/[.-]/g, ' '))

/** `endedLeases`: “Ended leases”. */
export const fieldName = (name: string): string =>
  sentence(name.replaceAll(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`))
