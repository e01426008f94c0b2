import { type Patience, usualPatience } from '../patience.ts'

/** The usual patience with shorter waits. */
export const quick: Patience = { ...usualPatience, call: 400, deadline: 4_000, pause: 1 }
