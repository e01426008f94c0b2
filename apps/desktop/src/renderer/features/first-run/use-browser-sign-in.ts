/** Signing in on the API's page in the system browser: begun here, finished there. */
import { useRef, useState } from 'react'
import type { AppParams } from '../../../shared/app-api.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { errorText } from '../../ui/error-text.ts'
import { toast } from '../../ui/toast.ts'

export interface Attempt {
  readonly id: string
  readonly url: string
  /** The page shows a code, which the person brings: the browser may be on another computer. */
  readonly paste: boolean
}

export interface BrowserSignIn {
  /** Under way in the browser. */
  readonly attempt: Attempt | null
  /** Being begun: the API is asked for a page. */
  readonly busy: boolean
  readonly error: unknown
  readonly start: (params: AppParams<'beginSignIn'>) => void
  readonly openAgain: () => void
  /** Begins anew with a code to paste. */
  readonly useCode: () => void
  readonly cancel: () => void
}

export const useBrowserSignIn = (): BrowserSignIn => {
  const bridge = useBridge()
  const [attempt, setAttempt] = useState<Attempt | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const last = useRef<AppParams<'beginSignIn'>>({})
  /** What an attempt that was given up for another one says is of no interest. */
  const current = useRef<string | null>(null)

  /** The status event that follows a sign-in takes this screen away. */
  const signIn = async (params: AppParams<'beginSignIn'>): Promise<void> => {
    setError(null)
    setBusy(true)
    last.current = params
    const paste = params.paste === true
    const begun = await bridge.call('beginSignIn', params).catch((failure: unknown) => {
      setBusy(false)
      setAttempt(null)
      throw failure
    })
    current.current = begun.id
    setAttempt({ ...begun, paste })
    try {
      if (!paste) await bridge.call('openBrowser', { place: 'attempt', id: begun.id })
      await bridge.call('awaitSignIn', { id: begun.id })
    } catch (failure) {
      if (current.current === begun.id) throw failure
    } finally {
      if (current.current === begun.id) {
        setBusy(false)
        setAttempt(null)
      }
    }
  }
  const start = (params: AppParams<'beginSignIn'>): void => {
    signIn(params).catch(setError)
  }
  const giveUp = (): void => {
    if (!attempt) return
    bridge.call('cancelBrowser', { id: attempt.id }).catch((failure: unknown) => toast(errorText(failure).message))
  }
  return {
    attempt,
    busy,
    error,
    start,
    openAgain: () => {
      if (!attempt) return
      bridge
        .call('openBrowser', { place: 'attempt', id: attempt.id })
        .catch((failure: unknown) => toast(errorText(failure).message))
    },
    useCode: () => {
      current.current = null
      giveUp()
      start({ ...last.current, paste: true })
    },
    cancel: giveUp,
  }
}
