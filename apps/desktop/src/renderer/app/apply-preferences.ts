/** Appearance and keys as the person likes them. */
import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { usePreferences } from '../data/preferences.ts'
import { setSingleKeys } from '../ui/single-keys.ts'

export const useAppliedPreferences = (): void => {
  const { theme, shortcuts } = usePreferences().preferences
  // Without this, Mantine would write a style element, which the content policy refuses.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const applied = useRef<string | null>(null)
  useEffect(() => {
    // A new function at each drawing: what is applied already is not applied again.
    if (applied.current === theme) return
    applied.current = theme
    setColorScheme(theme === 'system' ? 'auto' : theme)
  }, [theme, setColorScheme])
  useEffect(() => setSingleKeys(shortcuts), [shortcuts])
}
