/** Reached only by a value that the types do not know: from another version, or a bug. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`)
}
