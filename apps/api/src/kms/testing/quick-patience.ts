import { type Patience, usualPatience } from '../patience.ts'

/** The usual patience with shorter waits; a call takes a while on a busy machine. */
export const quick: Patience = { ...usualPatience, call: 1_500, deadline: 12_000, pause: 1 }
