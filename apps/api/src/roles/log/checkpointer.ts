/** Signs heads as logs grow, and brings them to the witnesses: soon after an entry, and not for every one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SallyportError } from '@sallyport/protocol'
import { withOrganization } from '../../db/with-organization.ts'
import { type Head, publishHead, type Published } from './checkpoint.ts'
import type { OpenSigner } from './checkpoint-keys.ts'
import { forgetProblem, keepProblem, NotSigned } from './problem.ts'
import { askBeforeSigning, askWitnesses, type WitnessingParts } from './witnessing.ts'

/** Milliseconds from the first entry that a head does not cover to the head: entries that come together are signed together. */
const GATHERING = 100
/** Milliseconds between two rounds at the witnesses. */
const WITNESS_INTERVAL = 1_000

export interface Checkpointer {
  /** The log of this organization has grown, or may have. */
  grown(organization: string): void
  close(): Promise<void>
}

export interface CheckpointerParts extends WitnessingParts {
  readonly open: OpenSigner
}

/** What this process knows of one log. */
interface Known {
  /** The newest head that it has seen published. */
  head: Head | null
  /** The witnesses were asked, and have nothing against it. */
  maySign: boolean
  /** No problem of before is kept any more. */
  clean: boolean
}

export const startCheckpointer = (parts: CheckpointerParts): Checkpointer => {
  const known = new Map<string, Known>()
  const signing = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const atWitnesses = new Map<string, Promise<void>>()
  const newest = new Map<string, Published>()
  const stopping = new AbortController()

  const knownOf = (organization: string): Known => {
    const found = known.get(organization) ?? { head: null, maySign: false, clean: false }
    known.set(organization, found)
    return found
  }

  const failed = async (organization: string, error: unknown): Promise<void> => {
    const { logger, pool, clock } = parts
    if (error instanceof NotSigned) {
      const memory = knownOf(organization)
      memory.maySign = memory.clean = false
      logger.error({ event: 'log.not-signed', organization, problem: error.problem, err: error }, error.message)
      await withOrganization(pool, organization, (transaction) => keepProblem(transaction, error, clock())).catch(
        (cause: unknown) =>
          logger.error({ event: 'log.failed', organization, err: cause }, 'a problem of the log could not be kept'),
      )
      return
    }
    const cause = error instanceof SallyportError && error.cause instanceof Error ? error.cause : error
    logger.error({ event: 'log.failed', organization, err: cause }, 'a head could not be signed')
  }

  const toWitnesses = (organization: string, published: Published): void => {
    newest.set(organization, published)
    if (atWitnesses.has(organization) || stopping.signal.aborted) return
    const rounds = async (): Promise<void> => {
      for (let next = newest.get(organization); next !== undefined; next = newest.get(organization)) {
        newest.delete(organization)
        await askWitnesses(parts, { organization, published: next, demand: false }).catch((error: unknown) =>
          failed(organization, error),
        )
        await sleep(WITNESS_INTERVAL, undefined, { signal: stopping.signal }).catch(() => undefined)
        if (stopping.signal.aborted) return
      }
    }
    atWitnesses.set(
      organization,
      rounds().finally(() => atWitnesses.delete(organization)),
    )
  }

  const signNow = async (organization: string): Promise<void> => {
    const memory = knownOf(organization)
    try {
      if (!memory.maySign) {
        await askBeforeSigning(parts, organization)
        memory.maySign = true
      }
      const published = await publishHead(parts, { organization, remembered: memory.head })
      if (published === 'busy') {
        again.add(organization)
        return
      }
      if (!memory.clean) await withOrganization(parts.pool, organization, forgetProblem)
      memory.clean = true
      if (published === null) return
      memory.head = { size: published.size, root: published.root }
      toWitnesses(organization, published)
    } catch (error) {
      await failed(organization, error)
    }
  }

  const grown = (organization: string): void => {
    if (stopping.signal.aborted) return
    if (signing.has(organization)) {
      again.add(organization)
      return
    }
    const work = async (): Promise<void> => {
      await sleep(GATHERING, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (!stopping.signal.aborted) await signNow(organization)
    }
    const done = work().finally(() => {
      signing.delete(organization)
      if (again.delete(organization)) grown(organization)
    })
    signing.set(organization, done)
  }

  return {
    grown,
    async close() {
      stopping.abort()
      await Promise.all([...signing.values(), ...atWitnesses.values()])
    },
  }
}
