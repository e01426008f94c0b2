import { type Logger, pino } from 'pino'

/** A logger that says nothing; everything else about it is real. */
export const quietLogger = (): Logger => pino({ level: 'silent' })
