import { findFreePort } from '@sallyport/postgres'

/** A TCP port of 127.0.0.1 on which nothing listened a moment ago, outside the range of outgoing connections. */
export const freePort = (): Promise<number> => findFreePort('127.0.0.1')
