/** Password hashes: argon2id, so many at a time as the machine bears. */
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { SallyportError } from '@sallyport/protocol'

/** RFC 9106 §4, second choice, with the memory that OWASP names as the least for one lane. KiB, passes, lanes. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 }

/** Hashes at once: each holds its memory and a thread. */
const MAX_RUNNING = 4
/** Beyond these that wait, callers are refused at once. */
const MAX_WAITING = 100

export interface Passwords {
  /** PHC string. */
  hash(password: string): Promise<string>
  /** False for a wrong one. null for a user without password or that does not exist: as much work, always false. */
  verify(stored: string | null, password: string): Promise<boolean>
}

const createQueue = () => {
  let running = 0
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= MAX_RUNNING) {
      if (waiting.length >= MAX_WAITING) throw new SallyportError('rate_limited')
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running++
    }
    try {
      return await work()
    } finally {
      // The place is handed on, so that nobody comes in between.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** Unicode forms of the same text are the same password (RFC 8265 §4.2). */
const normalize = (password: string): string => password.normalize('NFC')

export const createPasswords = async (): Promise<Passwords> => {
  const queue = createQueue()
  const nobody = await hash(randomBytes(32).toString('hex'), cost)
  return {
    hash: (password) => queue(() => hash(normalize(password), cost)),
    verify: async (stored, password) => {
      const matches = await queue(() => verify(stored ?? nobody, normalize(password)))
      return matches && stored !== null
    },
  }
}
