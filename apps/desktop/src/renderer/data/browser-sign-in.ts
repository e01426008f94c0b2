/** Signing in on the API's page in the system browser: begun here, finished there. */
import { useState } from 'react'
import type { AppParams } from '../../shared/app-api.ts'
import { useBridge } from '../bridge/bridge.ts'
import { type BrowserVisit, useBrowserVisit } from './browser-visit.ts'

export interface BrowserSignIn {
  readonly visit: BrowserVisit
  /** Being begun: the API is asked for a page. */
  readonly busy: boolean
  readonly error: unknown
  /** The status event that follows a sign-in says what came of it. */
  readonly start: (params: Omit<AppParams<'beginSignIn'>, 'paste'>) => void
}

export const useBrowserSignIn = (): BrowserSignIn => {
  const bridge = useBridge()
  const visit = useBrowserVisit()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  return {
    visit,
    busy,
    error,
    start: (params) => {
      setError(null)
      setBusy(true)
      visit
        .visit({
          begin: (paste) => bridge.call('beginSignIn', { ...params, paste }),
          finish: (id) => bridge.call('awaitSignIn', { id }),
        })
        .catch(setError)
        .finally(() => setBusy(false))
        .catch(() => {})
    },
  }
}
