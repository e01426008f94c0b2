/** For the default branch of a switch over a closed union: a new member fails to compile here. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unexpected ${String(value)}`)
}
