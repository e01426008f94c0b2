/** What the two programs of the raw path have in common: their settings come as one JSON file. */
import { readFileSync } from 'node:fs'

export interface RawSettings {
  /** PEM texts. */
  readonly key: string
  readonly cert: string
  readonly ca: string
  /** Of the far program. */
  readonly identity: string
  /** Only for the near program: where the far one is. */
  readonly farPort?: number
}

export const readSettings = (): RawSettings => JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as RawSettings

/** Ports on loopback, in the order of their numbers in the stream's first byte. */
export const targetPorts = (): number[] => process.argv.slice(3).map(Number)

/** SIGTERM ends the program, SIGUSR2 collects its garbage. */
export const obeySignals = (): void => {
  process.once('SIGTERM', () => process.exit(0))
  process.on('SIGUSR2', () => {
    globalThis.gc?.()
  })
}
