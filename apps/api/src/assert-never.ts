/** Ends a switch over a closed union: a member that was forgotten does not compile. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`)
}
