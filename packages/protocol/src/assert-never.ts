/** Ends a switch over a closed union: a member that was forgotten does not compile. Says the value where it is a plain one. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unexpected ${String(value)}`)
}
