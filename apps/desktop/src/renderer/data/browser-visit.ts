/**
 * A page of the API in the system browser: begun here, finished there. Where that browser is on another computer, the page shows a
 * code, and the person brings it.
 */
import { useMemo, useRef, useState } from 'react'
import { useBridge } from '../bridge/bridge.ts'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'

export interface Attempt {
  readonly id: string
  readonly url: string
  /** The page shows a code, which the person brings. */
  readonly paste: boolean
}

interface VisitSteps<Result> {
  readonly begin: (paste: boolean) => Promise<{ readonly id: string; readonly url: string }>
  readonly finish: (id: string) => Promise<Result>
}

export interface BrowserVisit {
  /** Under way in the browser. */
  readonly attempt: Attempt | null
  /** One at a time. Throws what the steps throw; `browser_unfinished` when it was given up. */
  readonly visit: <Result>(steps: VisitSteps<Result>) => Promise<Result>
  readonly openAgain: () => void
  /** Begins anew with a code to paste. */
  readonly useCode: () => void
  readonly cancel: () => void
}

/** Instead of an outcome: the attempt is given up for one with a code. */
const ANOTHER = Symbol('another attempt')

export const useBrowserVisit = (): BrowserVisit => {
  const bridge = useBridge()
  const [attempt, setAttempt] = useState<Attempt | null>(null)
  const replace = useRef<() => void>(() => {})
  const acts = useMemo(() => {
    const tell = (failure: unknown): void => toast(errorText(failure).message, 'browser')
    const open = (id: string): Promise<unknown> => bridge.call('openBrowser', { place: 'attempt', id })
    const giveUp = (id: string): void => void bridge.call('cancelBrowser', { id }).catch(tell)
    /** False where this computer has no browser that could be opened. */
    const opens = (id: string): Promise<boolean> =>
      open(id).then(
        () => true,
        () => false,
      )
    const visit = async <Result>({ begin, finish }: VisitSteps<Result>): Promise<Result> => {
      try {
        for (let paste = false; ; paste = true) {
          const begun = await begin(paste)
          setAttempt({ ...begun, paste })
          if (!paste && !(await opens(begun.id))) {
            giveUp(begun.id)
            continue
          }
          const another = Promise.withResolvers<typeof ANOTHER>()
          replace.current = () => another.resolve(ANOTHER)
          const outcome = await Promise.race([finish(begun.id), another.promise])
          if (outcome !== ANOTHER) return outcome
          giveUp(begun.id)
        }
      } finally {
        setAttempt(null)
      }
    }
    return { visit, giveUp, openAgain: (id: string) => void open(id).catch(tell) }
  }, [bridge])
  return {
    attempt,
    visit: acts.visit,
    openAgain: () => {
      if (attempt) acts.openAgain(attempt.id)
    },
    useCode: () => replace.current(),
    cancel: () => {
      if (attempt) acts.giveUp(attempt.id)
    },
  }
}
