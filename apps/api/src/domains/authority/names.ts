/** How long certificates last, in milliseconds, and what they are called. */
const HOUR = 3_600_000
const DAY = 24 * HOUR

export const lifetimes = {
  root: 3650 * DAY,
  issuer: 365 * DAY,
  session: HOUR,
  gateway: 24 * HOUR,
  server: 7 * DAY,
} as const

/** An issuer is renewed when less than this is left of it. */
export const ISSUER_RENEWAL = 120 * DAY

/** A new issuer follows after this time, and a new root. */
export const ISSUER_AGE = 180 * DAY
export const ROOT_AGE = 1825 * DAY

/** For how long the root before is still shown: invitations that name it are open, agents are away. */
export const ROOT_OVERLAP = 30 * DAY

/** Certificates begin this much earlier, for clocks that are behind. */
export const BACKDATING = 5 * 60_000
