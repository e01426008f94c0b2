/**
 * A vendor's library in this process. It is one for all tokens: what is done in it happens one after the other, and beginning it
 * anew, which is how it learns that a device was taken away or came back, ends the sessions of all of them.
 */
import { CKR, type Cryptoki, loadCryptoki } from './cryptoki.ts'
import { requireOk } from './return-values.ts'

export interface Module {
  readonly cryptoki: Cryptoki
  /** How often it was begun; sessions of another number are over. 0: never yet. */
  era(): number
  /** Ends all sessions and begins the library anew. Only in one's turn. */
  begin(): Promise<void>
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
}

const modules = new Map<string, Module>()

const createModule = (path: string): Module => {
  const cryptoki = loadCryptoki(path)
  let era = 0
  let last: Promise<unknown> = Promise.resolve()
  return {
    cryptoki,
    era: () => era,
    async begin() {
      requireOk(await cryptoki.finalize(null), 'C_Finalize', [CKR.CRYPTOKI_NOT_INITIALIZED])
      era += 1
      requireOk(await cryptoki.initializeForThreads(), 'C_Initialize', [CKR.CRYPTOKI_ALREADY_INITIALIZED])
    },
    inTurn(work) {
      const turn = last.then(work)
      last = turn.catch(() => undefined)
      return turn
    },
  }
}

/** Throws when there is no such library. */
export const moduleAt = (path: string): Module => {
  const module = modules.get(path) ?? createModule(path)
  modules.set(path, module)
  return module
}
