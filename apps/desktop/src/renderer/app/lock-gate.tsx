/**
 * Between the window and the page: while the app is locked nothing of the page is there, and what it had been told is forgotten.
 * The host refuses to answer it then; this only shows so.
 */
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import { useBridge } from '../bridge/bridge.ts'
import { usePreferences } from '../data/preferences.ts'
import { useMethod } from '../data/use-method.ts'
import { useLock } from './lock.ts'
import { forgetRows } from './session-page.ts'

const Locked = lazy(async () => ({ default: (await import('./locked.tsx')).Locked }))

/** Milliseconds between two words to the host that somebody is here. */
const TELL_EVERY = 15_000

export const LockGate = ({ children }: { readonly children: ReactNode }) => {
  const queries = useQueryClient()
  const locked = useMethod('lockState', {}).data?.locked ?? false
  useEffect(() => {
    if (!locked) return
    notifications.clean()
    forgetRows(queries)
    queries.removeQueries({ queryKey: ['method', 'status'] })
  }, [locked, queries])
  if (locked)
    return (
      <Suspense>
        <Locked />
      </Suspense>
    )
  return (
    <>
      <Keys />
      {children}
    </>
  )
}

/** Ctrl or Cmd L locks; every key and movement says that somebody is here. */
const Keys = () => {
  const bridge = useBridge()
  const lock = useLock()
  const { lockAfter } = usePreferences().preferences
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'l' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      lock()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [lock])
  useEffect(() => {
    if (lockAfter === null) return
    let told = -Infinity
    const onUse = (): void => {
      const now = performance.now()
      if (now - told < TELL_EVERY) return
      told = now
      bridge.call('used', {}).catch(() => {})
    }
    const kinds = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const
    for (const kind of kinds) document.addEventListener(kind, onUse, { passive: true })
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, onUse)
    }
  }, [bridge, lockAfter])
  return null
}
