/** Who cosigns the heads of the log, as a form holds it: a line each. Pure. */
import { type LogWitness, logWitness, logWitnesses } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'

export interface WitnessValues {
  /** `<verifier key> <address>` a line. */
  readonly list: string
  /** A text while the field is empty. */
  readonly quorum: number | string
}

const MOST = logWitnesses.shape.quorum.maxValue ?? 0

export const witnessText = (witnesses: readonly LogWitness[]): string =>
  witnesses.map(({ key, url }) => `${key} ${url}`).join('\n')

/** Null: a line is none. */
export const witnessesIn = (typed: string): LogWitness[] | null => {
  const lines = typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const found: LogWitness[] = []
  for (const line of lines) {
    const [key, url, ...more] = line.split(/\s+/)
    const parsed = logWitness.safeParse({ key, url })
    if (more.length > 0 || !parsed.success) return null
    found.push(parsed.data)
  }
  return found
}

export const checks = {
  list: (typed: string): string | null => {
    const found = witnessesIn(typed)
    if (found === null) return text('witnesses.listError')
    if (new Set(found.map(({ key }) => key)).size < found.length) return text('witnesses.listTwice')
    return found.length > MOST ? text('witnesses.listMost') : null
  },
  quorum: (quorum: number | string, { list }: WitnessValues): string | null => {
    const found = witnessesIn(list)
    if (found === null) return null
    return typeof quorum === 'number' && quorum <= found.length ? null : text('witnesses.quorumError')
  },
}

const countWithout = (witnesses: readonly LogWitness[], others: readonly LogWitness[]): number => {
  const known = new Set(others.map(({ key }) => key))
  return witnesses.filter(({ key }) => !known.has(key)).length
}

/** How many are new, and how many are no longer there. */
export const difference = (before: readonly LogWitness[], after: readonly LogWitness[]) => ({
  added: countWithout(after, before),
  removed: countWithout(before, after),
})
