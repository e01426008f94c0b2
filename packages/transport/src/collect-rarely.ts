import { setFlagsFromString } from 'node:v8'

/** How much the heap may grow over what was alive at the last full collection before the next one, percent. */
const GROWTH_PERCENT = 400

/**
 * Makes full garbage collections rarer, for programs that carry bulk; call it first of all. Every piece that a TLS socket reads
 * is a short-lived buffer outside the heap that counts towards its limit: on a busy machine V8 was seen to collect all for every
 * 15 MB carried, marking each time whatever the program had loaded, a third of its processor time. Costs at most this growth in
 * memory while bulk flows.
 */
export const collectRarely = (): void => setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
