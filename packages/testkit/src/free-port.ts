import { findFreePort } from '@sallyport/postgres'
import { claim } from './run-folder.ts'

/**
 * A TCP port of 127.0.0.1 on which nothing listened a moment ago, outside the range of outgoing connections. No two callers of a
 * test run get the same, however long they take to listen on it.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = await findFreePort('127.0.0.1')
    if (claim(`port-${port}`)) return port
  }
}
