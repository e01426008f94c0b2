/** The program behind a connection, with its user's name on the device. */
import type { Caller } from '@sallyport/protocol'
import { personalColumn } from '../personal-data/index.ts'

/** Of no person: a connection's row lives as long as the connection. */
export const callers = personalColumn<Caller>('open_connections')
