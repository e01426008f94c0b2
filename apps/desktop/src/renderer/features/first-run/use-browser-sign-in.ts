/** Signing in on the API's page in the system browser: begun here, finished there. */
import { useState } from 'react'
import type { AppParams } from '../../../shared/app-api.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { errorText } from '../../ui/error-text.ts'
import { toast } from '../../ui/toast.ts'

export interface Attempt {
  readonly id: string
  readonly url: string
}

export interface BrowserSignIn {
  /** Under way in the browser. */
  readonly attempt: Attempt | null
  /** Being begun: the API is asked for a page. */
  readonly busy: boolean
  readonly error: unknown
  readonly start: (params: AppParams<'beginSignIn'>) => void
  readonly openAgain: () => void
  readonly cancel: () => void
}

export const useBrowserSignIn = (): BrowserSignIn => {
  const bridge = useBridge()
  const [attempt, setAttempt] = useState<Attempt | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)

  /** The status event that follows a sign-in takes this screen away. */
  const signIn = async (params: AppParams<'beginSignIn'>): Promise<void> => {
    setError(null)
    setBusy(true)
    try {
      const begun = await bridge.call('beginSignIn', params)
      setAttempt(begun)
      await bridge.call('openBrowser', { place: 'attempt', id: begun.id })
      await bridge.call('awaitSignIn', { id: begun.id })
    } finally {
      setBusy(false)
      setAttempt(null)
    }
  }
  return {
    attempt,
    busy,
    error,
    start: (params) => {
      signIn(params).catch(setError)
    },
    openAgain: () => {
      if (!attempt) return
      bridge
        .call('openBrowser', { place: 'attempt', id: attempt.id })
        .catch((failure: unknown) => toast(errorText(failure).message))
    },
    cancel: () => {
      if (!attempt) return
      bridge.call('cancelBrowser', { id: attempt.id }).catch((failure: unknown) => toast(errorText(failure).message))
    },
  }
}
